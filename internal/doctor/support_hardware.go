package doctor

import (
	"fmt"
	"math"

	"rcgen/generator/units"
)

// demand is what the vendor asks for.
type demand struct {
	cores  float64
	memory float64 // GiB
}

// between returns what lies between two demands at a share of the way.
func between(a, b demand, share float64) demand {
	return demand{a.cores + (b.cores-a.cores)*share, a.memory + (b.memory-a.memory)*share}
}

// starterUsers is up to how many concurrent users the vendor lists one member.
const starterUsers = 25

// The rows of the vendor's system requirements (RocketChat/docs a6cfeae, 2024-04-24,
// the newest public form): up to 25 concurrent users, below 500, and both ends of 500 to
// 5000, where the vendor gives a range.
var (
	chatStarter, chatPro, chatLow, chatHigh     = demand{1, 2}, demand{2, 4}, demand{4, 4}, demand{16, 12}
	mongoStarter, mongoPro, mongoLow, mongoHigh = demand{2, 2}, demand{2, 4}, demand{2, 4}, demand{8, 16}
)

// vendorMinimum returns what Rocket.Chat and one member of the database need. Inside
// the range it grows in proportion (assumption); above it stays, since the vendor asks
// to be asked.
func vendorMinimum(concurrent int) (chat, member demand) {
	const low, high = 500, 5000
	switch {
	case concurrent <= starterUsers:
		return chatStarter, mongoStarter
	case concurrent < low:
		return chatPro, mongoPro
	}
	share := min(1, float64(concurrent-low)/(high-low))
	return between(chatLow, chatHigh, share), between(mongoLow, mongoHigh, share)
}

// hardware compares the machine with the sum of what runs on it: the vendor lists each
// for a machine of its own. Memory may lack what firmware and kernel keep.
func (s supported) hardware() (State, string) {
	chat, member := vendorMinimum(s.plan.Concurrent)
	members := len(s.plan.MongoDBMembers())
	cores := int(math.Ceil(chat.cores + float64(members)*member.cores))
	memory := math.Ceil(chat.memory + float64(members)*member.memory)
	detail := fmt.Sprintf("%s and %s%s; %s ask for %s and %v GiB: "+
		"%.3g vCPU and %.3g GiB for Rocket.Chat, %.3g vCPU and %.3g GiB for each of %s of MongoDB here",
		units.Count(s.host.Cores, "core"), s.host.Memory.Human(), s.host.note,
		units.Count(s.plan.Concurrent, "concurrent user"), units.Count(cores, "core"), memory,
		chat.cores, chat.memory, member.cores, member.memory, units.Count(members, "member"))
	if s.host.Cores < cores || s.host.Memory.GiB() < (1-kept)*memory {
		return NotMet, detail
	}
	return Met, detail
}
