package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/dop251/goja"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// shell is one run of a script.
type shell struct {
	rt      *goja.Runtime
	out     io.Writer
	ports   portMap
	clients []*mongo.Client
	hidden  *goja.Symbol // where an object keeps the BSON value that it stands for
}

// exit is how quit() leaves the script: it cannot be caught there.
type exit int

func newShell(out io.Writer, ports portMap) *shell {
	s := &shell{rt: goja.New(), out: out, ports: ports, hidden: goja.NewSymbol("bson")}
	process := s.rt.NewObject()
	set(process, map[string]any{"env": environment(), "exit": s.quit, "argv": os.Args})
	console := s.rt.NewObject()
	set(console, map[string]any{"log": s.print, "error": s.print})
	set(s.rt.GlobalObject(), map[string]any{
		"process": process,
		"console": console,
		"print":   s.print,
		"quit":    s.quit,
		"exit":    s.quit,
		"sleep":   func(ms int64) { time.Sleep(time.Duration(ms) * time.Millisecond) },
		"connect": s.connect,
		"Mongo":   s.newMongo,
	})
	return s
}

func set(o *goja.Object, values map[string]any) {
	for name, value := range values {
		// Set fails for objects that are frozen or throw; these are new.
		_ = o.Set(name, value)
	}
}

func environment() map[string]string {
	env := map[string]string{}
	for _, line := range os.Environ() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return env
}

// run returns the exit code, and the error where one was not caught.
func (s *shell) run(c call) (int, error) {
	name := c.file
	if c.file == "" {
		name = "--eval"
		if err := s.login(c); err != nil {
			return exitUncaught, uncaught(err)
		}
	}
	value, err := s.rt.RunScript(name, c.script)
	var end *goja.InterruptedError
	if errors.As(err, &end) {
		if code, ok := end.Value().(exit); ok {
			return int(code), nil
		}
	}
	if err != nil {
		return exitUncaught, uncaught(err)
	}
	if c.file == "" && !goja.IsUndefined(value) {
		fmt.Fprintln(s.out, s.show(value))
	}
	return 0, nil
}

// login gives the script the global db.
func (s *shell) login(c call) error {
	connect, _ := goja.AssertFunction(s.rt.Get("connect"))
	db, err := connect(goja.Undefined(), s.rt.ToValue(c.address), s.rt.ToValue(c.user), s.rt.ToValue(c.password))
	if err != nil {
		return err
	}
	return s.rt.Set("db", db)
}

// uncaught is the line that mongosh prints: the error's name and message, without a stack.
func uncaught(err error) error {
	var thrown *goja.Exception
	if errors.As(err, &thrown) {
		return errors.New(thrown.Value().String())
	}
	return err
}

func (s *shell) quit(code int) { s.rt.Interrupt(exit(code)) }

func (s *shell) print(call goja.FunctionCall) goja.Value {
	words := make([]string, len(call.Arguments))
	for i, a := range call.Arguments {
		words[i] = s.show(a)
	}
	fmt.Fprintln(s.out, strings.Join(words, " "))
	return goja.Undefined()
}

// show prints an object as JSON, which is not the form that mongosh gives it.
func (s *shell) show(v goja.Value) string {
	o, isObject := v.(*goja.Object)
	if !isObject || o.ClassName() != "Object" && o.ClassName() != "Array" {
		return v.String()
	}
	text, err := json.Marshal(o)
	if err != nil {
		return v.String()
	}
	return string(text)
}

func (s *shell) close() {
	for _, c := range s.clients {
		disconnect(c)
	}
}
