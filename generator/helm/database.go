package helm

import (
	"fmt"
	"math"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/units"
)

// Database is the replica set that the export assumes to be there.
type Database struct {
	Members int                           `json:"members"`
	CPUs    generator.Figure[float64]     `json:"cpus"`   // of each member
	Memory  generator.Figure[units.Bytes] `json:"memory"` // of each member
	Disk    generator.Figure[units.Bytes] `json:"disk"`   // of each member
}

// mongoMembers is the vendor's number for high availability (systemRequirements).
const mongoMembers = 3

// diskBase and diskStep shape the disk of a member: the vendor's 20 GB at up to 500
// users at once (systemRequirements), and whole tens above it.
const (
	diskBase = 20 * units.GiB
	diskStep = 10 * units.GiB
)

// NewDatabase sizes each member of the replica set for so many users.
func NewDatabase(profile catalog.Profile, users, concurrent int) Database {
	s := profile.Services.MongoDB
	cpus, memory := s.CPUs.Value, s.Memory.Value
	cpuReason, memoryReason := fmt.Sprint(s.CPUs.Value), s.Memory.Value.String()
	cpuSource, memorySource := s.CPUs.Origin(), s.Memory.Origin()
	if per := s.CPUsPerConcurrent; per != nil {
		cpus += per.Value * float64(concurrent)
		cpuReason += fmt.Sprintf(" + %d concurrent x %v", concurrent, per.Value)
		cpuSource += "; " + per.Origin()
	}
	if per := s.MemoryPerConcurrent; per != nil {
		memory += per.Value * units.Bytes(concurrent)
		memoryReason += fmt.Sprintf(" + %d concurrent x %s", concurrent, per.Value)
		memorySource += "; " + per.Origin()
	}
	memory = roundUp(memory, units.GiB)
	return Database{
		Members: mongoMembers,
		CPUs:    generator.Figure[float64]{Value: math.Round(cpus), Reason: cpuReason + ", whole cores", Source: cpuSource},
		Memory:  generator.Figure[units.Bytes]{Value: memory, Reason: memoryReason + ", whole GiB", Source: memorySource},
		Disk:    databaseDisk(profile.Storage, users),
	}
}

// databaseDisk has no room for uploads: they are in S3.
func databaseDisk(s catalog.Storage, users int) generator.Figure[units.Bytes] {
	const days = 365
	year := units.Bytes(users) * units.Bytes(s.MessagesPerUserDay.Value) * days * s.BytesPerMessage.Value
	return generator.Figure[units.Bytes]{
		Value: roundUp(diskBase+year, diskStep),
		Reason: fmt.Sprintf("%s + a year of %d users x %d messages a day of %s", diskBase, users,
			s.MessagesPerUserDay.Value, s.BytesPerMessage.Value),
		Source: systemRequirements + "; " + s.MessagesPerUserDay.Origin() + "; " + s.BytesPerMessage.Origin() +
			"; assumption: a year, so that there is time to grow it",
	}
}

// databaseTable is the sizing at round numbers of users at once, beside this plan's.
func (p Plan) databaseTable() []databaseRow {
	var rows []databaseRow
	share := float64(p.Concurrent) / float64(p.Users)
	for _, c := range []int{200, 500, 1000, 2000, 5000, 10_000, 20_000} {
		rows = append(rows, databaseRow{c, NewDatabase(p.profile, int(math.Ceil(float64(c)/share)), c)})
	}
	return rows
}

type databaseRow struct {
	concurrent int
	Database
}

func roundUp(b, unit units.Bytes) units.Bytes { return (b + unit - 1) / unit * unit }
