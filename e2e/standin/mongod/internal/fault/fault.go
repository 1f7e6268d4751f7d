// Package fault has the errors that mongod answers with, under mongod's own numbers and
// names (base/error_codes.yml there): clients decide by them, so they must be right.
package fault

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Code is the number of an error.
type Code int32

// The errors of the commands that the stand-in has.
const (
	BadValue                               Code = 2
	FailedToParse                          Code = 9
	Unauthorized                           Code = 13
	TypeMismatch                           Code = 14
	ProtocolError                          Code = 17
	AuthenticationFailed                   Code = 18
	AlreadyInitialized                     Code = 23
	PathNotViable                          Code = 28
	RoleNotFound                           Code = 31
	CursorNotFound                         Code = 43
	CommandNotFound                        Code = 59
	ImmutableField                         Code = 66
	InvalidOptions                         Code = 72
	InvalidNamespace                       Code = 73
	NodeNotFound                           Code = 74
	NoReplicationEnabled                   Code = 76
	InvalidReplicaSetConfig                Code = 93
	NotYetInitialized                      Code = 94
	NewReplicaSetConfigurationIncompatible Code = 103
	NodeNotElectable                       Code = 104
	TransactionTooOld                      Code = 225
	NotImplemented                         Code = 238
	MechanismUnavailable                   Code = 334
	UnsupportedOpQueryCommand              Code = 352
	NotWritablePrimary                     Code = 10107
	DuplicateKey                           Code = 11000
	NotPrimaryNoSecondaryOk                Code = 13435
	NotPrimaryOrSecondary                  Code = 13436
	IDLFailedToParse                       Code = 40414
	// The two below have no name in error_codes.yml.
	UserExists      Code = 51003
	SecondLogin     Code = 5626702
	internalFailure Code = 1
)

var names = map[Code]string{
	internalFailure:                        "InternalError",
	BadValue:                               "BadValue",
	FailedToParse:                          "FailedToParse",
	Unauthorized:                           "Unauthorized",
	TypeMismatch:                           "TypeMismatch",
	ProtocolError:                          "ProtocolError",
	AuthenticationFailed:                   "AuthenticationFailed",
	AlreadyInitialized:                     "AlreadyInitialized",
	PathNotViable:                          "PathNotViable",
	RoleNotFound:                           "RoleNotFound",
	CursorNotFound:                         "CursorNotFound",
	CommandNotFound:                        "CommandNotFound",
	ImmutableField:                         "ImmutableField",
	InvalidOptions:                         "InvalidOptions",
	InvalidNamespace:                       "InvalidNamespace",
	NodeNotFound:                           "NodeNotFound",
	NoReplicationEnabled:                   "NoReplicationEnabled",
	InvalidReplicaSetConfig:                "InvalidReplicaSetConfig",
	NotYetInitialized:                      "NotYetInitialized",
	NewReplicaSetConfigurationIncompatible: "NewReplicaSetConfigurationIncompatible",
	NodeNotElectable:                       "NodeNotElectable",
	TransactionTooOld:                      "TransactionTooOld",
	NotImplemented:                         "NotImplemented",
	MechanismUnavailable:                   "MechanismUnavailable",
	UnsupportedOpQueryCommand:              "UnsupportedOpQueryCommand",
	NotWritablePrimary:                     "NotWritablePrimary",
	DuplicateKey:                           "DuplicateKey",
	NotPrimaryNoSecondaryOk:                "NotPrimaryNoSecondaryOk",
	NotPrimaryOrSecondary:                  "NotPrimaryOrSecondary",
	IDLFailedToParse:                       "IDLFailedToParse",
}

// String is the code name: Location and the number where mongod has no name.
func (c Code) String() string {
	if name, ok := names[c]; ok {
		return name
	}
	return fmt.Sprintf("Location%d", int32(c))
}

// Error is an answer with ok: 0.
type Error struct {
	Code    Code
	Message string
	Extra   bson.D // more fields of the answer
}

// Errorf returns an error of this code.
func (c Code) Errorf(format string, args ...any) *Error {
	return &Error{Code: c, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Of makes any error one that can be answered: what has no code is the stand-in's own
// failure, as where the disk is full.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return internalFailure.Errorf("stand-in: %v", err)
}

// Answer is the document that goes to the client.
func Answer(err error) bson.D {
	e := Of(err)
	return append(bson.D{
		{Key: "ok", Value: 0.0},
		{Key: "errmsg", Value: e.Message},
		{Key: "code", Value: int32(e.Code)},
		{Key: "codeName", Value: e.Code.String()},
	}, e.Extra...)
}
