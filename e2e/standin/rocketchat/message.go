package main

import "time"

// message is a chat message as the database, the relay and REST have it.
type message struct {
	ID     string    `bson:"_id" json:"_id"`
	Room   string    `bson:"rid" json:"rid"`
	Text   string    `bson:"msg" json:"msg"`
	Time   time.Time `bson:"ts" json:"ts"`
	Author author    `bson:"u" json:"u"`
}

type author struct {
	ID       string `bson:"_id" json:"_id"`
	Username string `bson:"username" json:"username"`
}

// ddp is the message as DDP has it: EJSON writes dates as {"$date": ms}.
func (m message) ddp() map[string]any {
	date := map[string]int64{"$date": m.Time.UnixMilli()}
	return map[string]any{"_id": m.ID, "rid": m.Room, "msg": m.Text, "ts": date, "_updatedAt": date, "u": m.Author}
}
