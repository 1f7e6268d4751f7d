// Command mongod is a stand-in for mongod 8.0 in the end-to-end tests, where a real one
// cannot be had. It is the one member of a replica set with authentication, keeps its
// state in --dbpath, and refuses what the real one refuses in what the generated project
// does with it: flags, key file, dbpath, the localhost exception, roles, the states of a
// member, configurations. It is no database: it knows the few commands and operators that
// the project, its exporter and the stand-in for Rocket.Chat use, and answers any other
// with an error that says so.
//
// Where the behaviour was read: in files of MongoDB's repository at several versions from
// 3.6 to 8 (those of 8.0.26 could not be had): db/auth/security_file.cpp, security_key.cpp,
// authorization_session_impl.cpp, authz_session_external_state_server_common.cpp and
// builtin_roles.yml; db/commands.cpp and service_entry_point_common.cpp; db/repl/
// replication_coordinator_impl.cpp, repl_set_config_checks.cpp, repl_set_commands.cpp,
// hello_response.cpp and topology_coordinator.cpp; db/storage/
// storage_engine_lock_file_posix.cpp; util/exit_code.h. Beyond them: the MongoDB manual,
// what the tests in templates/mongodb found, and what mongodb_exporter and the drivers expect.
//
// Environment:
//
//	STANDIN_ELECTION  the time from start or new configuration to primary, 1s if not set
//	STANDIN_SELF      for tests: host:port under which it finds itself in a configuration,
//	                  instead of the host name and --port
//	STANDIN_REMOTE    for tests: a loopback address whose clients count as coming from
//	                  outside, and have no localhost exception
package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"rcgen/e2e/standin/mongod/internal/server"
)

// The ends of mongod (util/exit_code.h).
const (
	exitClean      = 0
	exitFail       = 1
	exitBadOptions = 2
	exitNetError   = 48
	exitUncaught   = 100
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	o, err := parse(args)
	var so server.Options
	if err == nil {
		so, err = o.server(args)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "Error parsing command line: %v\ntry 'mongod --help' for more information\n", err)
		return exitBadOptions
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	slog.Info("MongoDB starting: a stand-in for tests", "c", "CONTROL", "pid", os.Getpid(), "port", o.port,
		"dbPath", o.dbPath, "host", so.Hostname, "version", server.Version)
	if o.keyFile != "" {
		if err := checkKeyFile(o.keyFile); err != nil {
			return end(exitFail, "ACCESS", "Read security file failed", err)
		}
	}
	lock, err := lockPath(o.dbPath)
	if err != nil {
		return end(exitUncaught, "CONTROL", "Exception in initAndListen, terminating", err)
	}
	s, err := server.New(so, o.dbPath)
	if err != nil {
		return end(exitUncaught, "STORAGE", "Exception in initAndListen, terminating", err)
	}
	if code := serve(s, o); code != exitClean {
		return code
	}
	if err := lock.release(); err != nil {
		return end(exitUncaught, "CONTROL", "Lock file not released", err)
	}
	return exitClean
}

// serve returns after SIGTERM or SIGINT.
func serve(s *server.Server, o options) int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	host := "127.0.0.1"
	if o.bindAll {
		host = "0.0.0.0"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(o.port)))
	if err != nil {
		return end(exitNetError, "CONTROL", "Failed to set up listener", err)
	}
	s.Start()
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	slog.Info("Waiting for connections", "c", "NETWORK", "port", o.port)
	select {
	case err := <-failed:
		return end(exitUncaught, "NETWORK", "Listener failed", err)
	case sig := <-stop:
		slog.Info("Signal received", "c", "CONTROL", "signal", sig.String())
	}
	_ = l.Close()
	s.Close()
	slog.Info("Shutting down", "c", "CONTROL", "exitCode", exitClean)
	return exitClean
}

func end(code int, component, message string, err error) int {
	slog.Error(message, "c", component, "error", err.Error(), "exitCode", code)
	return code
}
