package inspect

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"rcgen/generator"
	"rcgen/internal/doctor"
	"rcgen/internal/project"
)

func TestListBackups(t *testing.T) {
	at := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	project := fstest.MapFS{
		"rocketchat-8.9.1-mongodb-8.0.archive.gz": {Data: []byte("abc"), ModTime: at},
		"compose.yaml":                {Data: []byte("x")},
		"dir.archive.gz/inside":       {Data: []byte("x")},
		"backups/sunday.archive.gz":   {ModTime: at.Add(time.Hour)},
		"backups/sunday.log":          {Data: []byte("x")},
		"elsewhere/monday.archive.gz": {Data: []byte("x")},
	}
	want := []doctor.Backup{{Size: 3, Made: at}, {Size: 0, Made: at.Add(time.Hour)}}
	if got, err := listBackups(project); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	delete(project, "backups/sunday.archive.gz")
	delete(project, "backups/sunday.log")
	if got, err := listBackups(project); err != nil || len(got) != 1 {
		t.Errorf("without backups: %v, %v", got, err)
	}
}

// TestRunningFixes: what cleans a report leaves the commands in it whole.
func TestRunningFixes(t *testing.T) {
	p := generator.Plan{Release: "8.9.1"}
	p.MongoDBVersion, p.Request.MongoDB.Members = "8.0", 3
	dir := t.TempDir()
	clean := cleaner(dir, project.Redactor(dir))
	for _, command := range []string{p.Site().BackupCommand(p.Versions()), p.Site().FCVCommand("8.0")} {
		if got := clean(command); got != command {
			t.Errorf("%s\nbecomes\n%s", command, got)
		}
	}
}
