// Package wire reads requests and writes replies of MongoDB's wire protocol: OP_MSG for
// all commands and OP_QUERY for a driver's first hello (MongoDB manual, "MongoDB Wire
// Protocol"). There is no compression and no checksum of its own.
package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// MaxMessage is what hello announces as maxMessageSizeBytes.
const MaxMessage = 48_000_000

const (
	headerSize = 16
	opReply    = 1
	opQuery    = 2004
	opMsg      = 2013

	flagChecksum   = 1 << 0
	flagMoreToCome = 1 << 1
	// A receiver must refuse the lower sixteen bits it does not know.
	flagsRequired = 1<<16 - 1
)

// Request is a command as it arrived.
type Request struct {
	Body     bson.D // the command is the first key; document sequences are appended as arrays
	DB       string
	Legacy   bool // came by OP_QUERY, which mongod 8.0 takes for hello alone
	NoAnswer bool // an unacknowledged write
	Size     int

	id int32
}

var errShort = errors.New("wire: message ends too early")

// Read returns io.EOF where a client hangs up between two messages.
func Read(r io.Reader) (*Request, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	size := int64(binary.LittleEndian.Uint32(header[0:]))
	if size < headerSize || size > MaxMessage {
		return nil, fmt.Errorf("wire: message of %d bytes", size)
	}
	body := make([]byte, size-headerSize)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	req := &Request{id: int32(binary.LittleEndian.Uint32(header[4:])), Size: int(size)}
	switch op := binary.LittleEndian.Uint32(header[12:]); op {
	case opMsg:
		return req, req.parseMsg(body)
	case opQuery:
		req.Legacy = true
		return req, req.parseQuery(body)
	default:
		return nil, fmt.Errorf("wire: opcode %d is not in the stand-in", op)
	}
}

func (req *Request) parseMsg(body []byte) error {
	if len(body) < 4 {
		return errShort
	}
	flags := binary.LittleEndian.Uint32(body)
	body = body[4:]
	if flags&flagsRequired&^(flagChecksum|flagMoreToCome) != 0 {
		return fmt.Errorf("wire: OP_MSG flags %#x", flags)
	}
	if flags&flagChecksum != 0 {
		if len(body) < 4 {
			return errShort
		}
		body = body[:len(body)-4]
	}
	req.NoAnswer = flags&flagMoreToCome != 0
	var sequences bson.D
	for len(body) > 0 {
		kind := body[0]
		rest, sequence, err := req.parseSection(kind, body[1:])
		if err != nil {
			return err
		}
		sequences = append(sequences, sequence...)
		body = rest
	}
	if len(req.Body) == 0 {
		return errors.New("wire: OP_MSG without a command")
	}
	req.Body = append(req.Body, sequences...)
	for _, e := range req.Body {
		if e.Key == "$db" {
			req.DB, _ = e.Value.(string)
		}
	}
	if req.DB == "" {
		return errors.New("wire: OP_MSG without $db")
	}
	return nil
}

func (req *Request) parseSection(kind byte, body []byte) (rest []byte, sequence bson.D, err error) {
	switch kind {
	case 0:
		rest, req.Body, err = document(body)
		return rest, nil, err
	case 1:
		if len(body) < 4 {
			return nil, nil, errShort
		}
		size := int64(binary.LittleEndian.Uint32(body))
		if size < 5 || size > int64(len(body)) {
			return nil, nil, errShort
		}
		name, docs, found := bytes.Cut(body[4:size], []byte{0})
		if !found {
			return nil, nil, errShort
		}
		all := bson.A{}
		for len(docs) > 0 {
			var d bson.D
			if docs, d, err = document(docs); err != nil {
				return nil, nil, err
			}
			all = append(all, d)
		}
		return body[size:], bson.D{{Key: string(name), Value: all}}, nil
	}
	return nil, nil, fmt.Errorf("wire: OP_MSG section of kind %d", kind)
}

func (req *Request) parseQuery(body []byte) error {
	if len(body) < 4 {
		return errShort
	}
	name, rest, found := bytes.Cut(body[4:], []byte{0})
	if !found || len(rest) < 8 {
		return errShort
	}
	db, isCommand := bytes.CutSuffix(name, []byte(".$cmd"))
	if !isCommand {
		return fmt.Errorf("wire: OP_QUERY on %s is not in the stand-in", name)
	}
	req.DB = string(db)
	_, doc, err := document(rest[8:])
	if err != nil {
		return err
	}
	if len(doc) == 0 {
		return errors.New("wire: OP_QUERY without a command")
	}
	req.Body = doc
	if inner, ok := doc[0].Value.(bson.D); ok && doc[0].Key == "$query" {
		req.Body = inner
	}
	return nil
}

func document(b []byte) (rest []byte, doc bson.D, err error) {
	if len(b) < 5 {
		return nil, nil, errShort
	}
	size := int64(binary.LittleEndian.Uint32(b))
	if size < 5 || size > int64(len(b)) {
		return nil, nil, errShort
	}
	doc = bson.D{}
	if err := bson.Unmarshal(b[:size], &doc); err != nil {
		return nil, nil, fmt.Errorf("wire: %w", err)
	}
	return b[size:], doc, nil
}

// Reply returns the message that carries answer, in the form that the request came in.
func (req *Request) Reply(answer bson.D) ([]byte, error) {
	doc, err := bson.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	if req.Legacy {
		const awaitCapable = 8
		head := binary.LittleEndian.AppendUint32(nil, awaitCapable)
		head = append(head, make([]byte, 12)...) // cursor and position: a command has neither
		head = binary.LittleEndian.AppendUint32(head, 1)
		return req.frame(opReply, append(head, doc...)), nil
	}
	const noFlags, kindBody = "\x00\x00\x00\x00", "\x00"
	return req.frame(opMsg, append([]byte(noFlags+kindBody), doc...)), nil
}

func (req *Request) frame(op uint32, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(headerSize+len(body)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(req.id))
	b = binary.LittleEndian.AppendUint32(b, op)
	return append(b, body...)
}
