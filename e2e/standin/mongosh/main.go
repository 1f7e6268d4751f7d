// Command mongosh is a stand-in for mongosh 2 in the end-to-end tests, where a real one
// cannot be had. It runs one script, in a JavaScript engine, with the globals that the
// generated healthcheck.js uses, and talks to mongod through MongoDB's own Go driver. So
// the script, a driver and the wire protocol work together as in a real container; what
// the script throws and catches has the names, codes and words of the real mongosh.
//
// It is called in two ways and in no other; any other flag is refused:
//
//	mongosh --quiet --norc --nodb FILE
//	mongosh --quiet --norc -u USER -p PASSWORD [--authenticationDatabase admin] [ADDRESS] --eval SCRIPT
//
// The second gives the script the global db, with the methods of a database that are in
// mongo.go and no collections, and prints what the script comes to, though not in mongosh's
// form. Scripts are run as they are, while mongosh rewrites them to await its own calls; that a
// script can be rewritten is not tested here.
//
// Environment:
//
//	STANDIN_PORT_MAP  for tests: 27017:40123 makes it call port 40123 where the script
//	                  says 27017
//
// Where the behaviour was read: packages/shell-api/src/database.ts of mongosh 2 (createUser),
// its manual, and what healthcheck.js and its tests say of its errors. The errors
// of the driver are translated from those of the Go driver; the names are right, the words
// of those without a code are only alike.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	exitUncaught = 1
	exitUsage    = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	c, err := parse(args)
	var ports portMap
	if err == nil {
		ports, err = parsePortMap(os.Getenv("STANDIN_PORT_MAP"))
	}
	if err == nil && c.file != "" {
		var source []byte
		source, err = os.ReadFile(c.file)
		c.script = string(source)
	}
	if err != nil {
		fmt.Fprintf(stderr, "mongosh stand-in: %v\n", err)
		return exitUsage
	}
	sh := newShell(stdout, ports)
	defer sh.close()
	code, err := sh.run(c)
	if err != nil {
		fmt.Fprintln(stderr, err)
	}
	return code
}

// call is how the stand-in was called.
type call struct {
	file, script   string // one of them is given, the other is read from it
	user, password string // with a script alone
	address        string
}

// loopback is where mongosh goes without an address (its manual, "Connect to a Deployment").
const loopback = "mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=2000"

// parse wants the flags that keep the real one from more: without --norc it would read a file
// of the user's, and without --quiet print more. The one with a file would connect by itself
// without --nodb.
func parse(args []string) (call, error) {
	given, values, others := map[string]bool{}, map[string]string{}, []string{}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; a {
		case "--quiet", "--norc", "--nodb":
			given[a] = true
		case "-u", "-p", "--authenticationDatabase", "--eval":
			if i++; i == len(args) {
				return call{}, fmt.Errorf("the flag %s wants a value", a)
			}
			values[a] = args[i]
		default:
			if strings.HasPrefix(a, "-") {
				return call{}, fmt.Errorf("the flag %s is not in the stand-in", a)
			}
			others = append(others, a)
		}
	}
	if given["--quiet"] && given["--norc"] && given["--nodb"] && len(values) == 0 && len(others) == 1 {
		return call{file: others[0]}, nil
	}
	login := values["-u"] != "" && values["-p"] != "" && cmp.Or(values["--authenticationDatabase"], "admin") == "admin"
	if given["--quiet"] && given["--norc"] && !given["--nodb"] && login && values["--eval"] != "" && len(others) <= 1 {
		c := call{script: values["--eval"], user: values["-u"], password: values["-p"], address: loopback}
		if len(others) == 1 {
			c.address = others[0]
		}
		return c, nil
	}
	return call{}, errors.New("the stand-in is called as mongosh --quiet --norc --nodb FILE, or with -u, -p and --eval instead of --nodb FILE")
}
