// Command mongosh is a stand-in for mongosh 2 in the end-to-end tests, where a real one
// cannot be had. It runs one script, in a JavaScript engine, with the globals that the
// generated healthcheck.js uses, and talks to mongod through MongoDB's own Go driver. So
// the script, a driver and the wire protocol work together as in a real container; what
// the script throws and catches has the names, codes and words of the real mongosh.
//
// It is called as "mongosh --quiet --norc --nodb FILE" and in no other way: any other flag
// is refused. Scripts are run as they are, while mongosh rewrites them to await its own
// calls; that a script can be rewritten is not tested here.
//
// Environment:
//
//	STANDIN_PORT_MAP  for tests: 27017:40123 makes it call port 40123 where the script
//	                  says 27017
//
// Where the behaviour was read: packages/shell-api/src/database.ts of mongosh 2 (createUser),
// its manual, and what healthcheck.js and internal/mongoscript say of its errors. The errors
// of the driver are translated from those of the Go driver; the names are right, the words
// of those without a code are only alike.
package main

import (
	"fmt"
	"io"
	"os"
)

const (
	exitUncaught = 1
	exitUsage    = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	file, err := parse(args)
	var ports portMap
	if err == nil {
		ports, err = parsePortMap(os.Getenv("STANDIN_PORT_MAP"))
	}
	var source []byte
	if err == nil {
		source, err = os.ReadFile(file)
	}
	if err != nil {
		fmt.Fprintf(stderr, "mongosh stand-in: %v\n", err)
		return exitUsage
	}
	sh := newShell(stdout, ports)
	defer sh.close()
	code, err := sh.run(file, string(source))
	if err != nil {
		fmt.Fprintln(stderr, err)
	}
	return code
}

// parse wants all three flags: without --nodb the real one would connect by itself, without
// --norc read a file of the user's, and without --quiet print more.
func parse(args []string) (file string, err error) {
	missing := map[string]bool{"--quiet": true, "--norc": true, "--nodb": true}
	for _, a := range args {
		switch {
		case missing[a]:
			delete(missing, a)
		case len(a) > 0 && a[0] == '-':
			return "", fmt.Errorf("the flag %s is not in the stand-in", a)
		case file != "":
			return "", fmt.Errorf("one file only: %s, %s", file, a)
		default:
			file = a
		}
	}
	if file == "" || len(missing) > 0 {
		return "", fmt.Errorf("the stand-in is called as mongosh --quiet --norc --nodb FILE")
	}
	return file, nil
}
