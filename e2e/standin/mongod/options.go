package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/server"
)

// options are the flags that the project uses.
type options struct {
	replSet, keyFile, dbPath string
	bindAll                  bool
	port                     int
	cacheGB                  float64
}

const (
	defaultPort    = 27017
	defaultCacheGB = 0.25
	maxCacheGB     = 10_000
	defaultElect   = time.Second
)

// parse refuses unknown flags, as mongod does: a flag that the stand-in does not have must
// not go unnoticed.
func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("mongod", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.replSet, "replSet", "", "")
	flags.StringVar(&o.keyFile, "keyFile", "", "")
	flags.StringVar(&o.dbPath, "dbpath", "/data/db", "")
	flags.BoolVar(&o.bindAll, "bind_ip_all", false, "")
	flags.IntVar(&o.port, "port", defaultPort, "")
	flags.Float64Var(&o.cacheGB, "wiredTigerCacheSizeGB", defaultCacheGB, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("too many positional options have been specified on the command line: %q", flags.Arg(0))
	case o.port < 1 || o.port > 65535:
		return o, fmt.Errorf("port %d is out of range", o.port)
	case o.cacheGB <= 0 || o.cacheGB > maxCacheGB:
		return o, fmt.Errorf("wiredTigerCacheSizeGB %v is out of range", o.cacheGB)
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"replSet": o.replSet, "keyFile": o.keyFile, "dbpath": o.dbPath} {
		if given[name] && value == "" {
			return o, fmt.Errorf("the argument for option '--%s' is missing", name)
		}
	}
	return o, nil
}

// server adds what the environment says. Only STANDIN_ELECTION is of use outside of tests.
func (o options) server(args []string) (server.Options, error) {
	hostname, err := os.Hostname()
	if err != nil {
		return server.Options{}, err
	}
	election := defaultElect
	if text := os.Getenv("STANDIN_ELECTION"); text != "" {
		if election, err = time.ParseDuration(text); err != nil || election < 0 {
			return server.Options{}, errors.New("STANDIN_ELECTION is no duration")
		}
	}
	return server.Options{
		SetName:    o.replSet,
		Auth:       o.keyFile != "",
		Hostname:   hostname,
		Self:       os.Getenv("STANDIN_SELF"),
		Port:       o.port,
		CacheBytes: int64(o.cacheGB * (1 << 30)),
		CmdLine:    o.cmdLine(args),
		Election:   election,
		Remote:     os.Getenv("STANDIN_REMOTE"),
	}, nil
}

// cmdLine is what getCmdLineOpts tells.
func (o options) cmdLine(args []string) bson.D {
	argv := bson.A{"mongod"}
	for _, a := range args {
		argv = append(argv, a)
	}
	network := bson.D{{Key: "port", Value: int32(o.port)}}
	if o.bindAll {
		network = append(network, bson.E{Key: "bindIp", Value: "*"})
	}
	parsed := bson.D{
		{Key: "net", Value: network},
		{Key: "storage", Value: bson.D{{Key: "dbPath", Value: o.dbPath}, {Key: "wiredTiger", Value: bson.D{
			{Key: "engineConfig", Value: bson.D{{Key: "cacheSizeGB", Value: o.cacheGB}}},
		}}}},
	}
	if o.replSet != "" {
		parsed = append(parsed, bson.E{Key: "replication", Value: bson.D{{Key: "replSet", Value: o.replSet}}})
	}
	if o.keyFile != "" {
		parsed = append(parsed, bson.E{Key: "security", Value: bson.D{{Key: "keyFile", Value: o.keyFile}}})
	}
	return bson.D{{Key: "argv", Value: argv}, {Key: "parsed", Value: parsed}}
}
