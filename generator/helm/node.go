package helm

import (
	"fmt"
	"math"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/units"
)

// Node is the size of one machine of the cluster.
type Node struct {
	Cores  int         `json:"cores"`
	Memory units.Bytes `json:"memory"`
	Source string      `json:"source"` // flag or assumption
}

// DefaultNode is what is planned with where nobody says otherwise: a common size of
// a virtual machine, with room for several pods.
var DefaultNode = Node{Cores: 8, Memory: 32 * units.GiB, Source: "assumption"}

// Bounds of the number of nodes.
const (
	minNodes = 3 // NATS and a replica set of MongoDB want three places
	spare    = 1 // node that may fail or be drained
)

// fillShare is the part of a node that pods are planned to take. The rest is what no
// pod fits into, and what runs on every node: assumption.
const fillShare = 0.85

func (n Node) check() error {
	switch {
	case n.Cores < 1 || n.Cores > catalog.MaxCores:
		return &fault.Error{
			What: fmt.Sprintf("node: %d cores are not between 1 and %d", n.Cores, catalog.MaxCores),
			Hint: "the cores of one machine of the cluster",
		}
	case n.Memory < catalog.MinMemory || n.Memory > catalog.MaxMemory:
		return &fault.Error{
			What: fmt.Sprintf("node: %s is not between %s and %s", n.Memory, catalog.MinMemory, catalog.MaxMemory),
			Hint: "the memory of one machine of the cluster, like 32GiB",
		}
	}
	return nil
}

// reservedCPUs is what a node keeps for itself: 6 % of the first core, 1 % of the
// second, 0.5 % of the next two and 0.25 % of the others
// (cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes).
func (n Node) reservedCPUs() float64 {
	var sum float64
	for core := range n.Cores {
		switch {
		case core == 0:
			sum += 0.06
		case core == 1:
			sum += 0.01
		case core < 4:
			sum += 0.005
		default:
			sum += 0.0025
		}
	}
	return sum
}

// room returns what one node has for pods.
func (p Plan) room() (cpus float64, memory units.Bytes) {
	reserve := generator.Reserve(p.profile.OSReserve.Value, p.Node.Memory)
	return float64(p.Node.Cores) - p.Node.reservedCPUs(), p.Node.Memory - reserve
}

// nodes returns how many nodes carry all pods while one of them is away.
func (p Plan) nodes() (generator.Figure[int], error) {
	cpus, memory := p.room()
	for _, w := range p.Workloads {
		if w.CPUs.Value > cpus || w.Memory.Value > memory {
			return generator.Figure[int]{}, &fault.Error{
				What: fmt.Sprintf("node: a pod of %s requests %v CPUs and %s, a node with %d cores and %s has %.2f and %s for pods",
					w.Name, w.CPUs.Value, w.Memory.Value.Human(), p.Node.Cores, p.Node.Memory.Human(), cpus, memory.Human()),
				Hint: "plan with larger nodes: --node-cores, --node-memory",
			}
		}
	}
	byCPU := int(math.Ceil(p.Totals.CPUs / (cpus * fillShare)))
	byMemory := int(math.Ceil(float64(p.Totals.Memory) / (float64(memory) * fillShare)))
	return generator.Figure[int]{
		Value: max(minNodes, byCPU, byMemory) + spare,
		Reason: fmt.Sprintf("%d by CPU, %d by memory, at least %d, and %d that may be away; "+
			"pods take %v of %.2f CPUs and %s on each",
			byCPU, byMemory, minNodes, spare, fillShare, cpus, memory.Human()),
		Source: "cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes for what a node keeps; assumption: " +
			fmt.Sprint(fillShare) + " of the rest is filled",
	}, nil
}
