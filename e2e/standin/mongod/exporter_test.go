package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestExporter runs the real mongodb_exporter, where $RCGEN_MONGODB_EXPORTER has one.
func TestExporter(t *testing.T) {
	t.Parallel()
	binary := os.Getenv("RCGEN_MONGODB_EXPORTER")
	if binary == "" {
		t.Skip("no $RCGEN_MONGODB_EXPORTER")
	}
	i := newInstance(t)
	// One of the exporter's collectors follows the set to the address of its member.
	address := fmt.Sprintf("127.0.0.1:%d", i.port)
	i.env = append(i.env, "STANDIN_SELF="+address)
	i.prepare(address)
	i.seed()
	port := freePort(t)
	cmd := exec.Command(binary, "--collect-all", "--compatible-mode", fmt.Sprintf("--web.listen-address=127.0.0.1:%d",
		port))
	cmd.Env = append(os.Environ(), fmt.Sprintf("MONGODB_URI=mongodb://exporter:%s@%s/admin?directConnection=true",
		url.QueryEscape(exporterPassword), address))
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// --collect-all sets its collectors during the first scrape, which so has few metrics.
	scrape(t, fmt.Sprintf("http://127.0.0.1:%d/metrics", port))
	metrics := scrape(t, fmt.Sprintf("http://127.0.0.1:%d/metrics", port))
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for _, want := range []string{
		"\nmongodb_up{cluster_role=\"mongod\"} 1\n", "\nmongodb_ss_connections{", "\nmongodb_rs_myState{",
		"\nmongodb_ss_opcounters{", "\nmongodb_ss_wt_cache_", "\nmongodb_mongod_replset_oplog_head_timestamp ",
		"\nmongodb_dbstats_", "\nmongodb_collstats_", "\nmongodb_indexstats_", "\nmongodb_top_",
		"\nmongodb_fcv_feature_compatibility_version{", "\nmongodb_version_info{",
		"\nmongodb_ss_opLatencies_latency{", "\nmongodb_ss_opLatencies_ops{",
		"\nmongodb_ss_metrics_queryExecutor_scannedObjects{",
		"\nmongodb_ss_wt_concurrentTransactions_out{", "\nmongodb_ss_wt_concurrentTransactions_totalTickets{",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %q among %d metrics", want, strings.Count(metrics, "\n"))
		}
	}
	if strings.Contains(log.String(), "level=error") || strings.Contains(log.String(), "panic") {
		t.Errorf("the exporter said\n%s", log.String())
	}
}

// seed makes the exporter's user and a collection to look at.
func (i *instance) seed() {
	i.t.Helper()
	exporter := command("createUser", "exporter", bson.E{Key: "pwd", Value: exporterPassword},
		bson.E{Key: "roles", Value: bson.A{
			bson.D{{Key: "role", Value: "clusterMonitor"}, {Key: "db", Value: "admin"}},
			bson.D{{Key: "role", Value: "read"}, {Key: "db", Value: "local"}},
		}})
	attempt{"admin", exporter, 0}.check(i.t, "root", i.root())
	attempt{"rocketchat", insertInto("m"), 0}.check(i.t, "root", i.root())
}

// scrape waits for the exporter to listen.
func scrape(t *testing.T, address string) string {
	t.Helper()
	var last error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		r, err := http.Get(address)
		if last = err; err != nil {
			continue
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	t.Fatal(last)
	return ""
}
