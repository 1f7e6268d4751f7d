package main

import (
	"math"
	"runtime"
	"sync/atomic"
	"time"
)

// idleLag is what Node.js measures when nothing happens: its histogram of the
// event loop's delay samples every 10 ms.
const idleLag = 10 * time.Millisecond

// load is the event loop's lag and the heap, real or simulated.
type load struct {
	limit int64         // heap, bytes
	lag   atomic.Int64  // simulated, nanoseconds; 0 is none
	ratio atomic.Uint64 // simulated, bits of a float64; 0 is none
}

func newLoad(limit int64) *load { return &load{limit: limit} }

func (l *load) lagP99() time.Duration {
	return max(idleLag, time.Duration(l.lag.Load()))
}

// heap gives the bytes used and allocated.
func (l *load) heap() (used, total int64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	used, total = int64(m.HeapAlloc), int64(m.HeapSys)
	if ratio := math.Float64frombits(l.ratio.Load()); ratio > 0 {
		used = int64(ratio * float64(l.limit))
	}
	return used, max(used, total)
}

func (l *load) heapRatio() float64 {
	used, _ := l.heap()
	return float64(used) / float64(l.limit)
}

func (l *load) simulateLag(d time.Duration) { l.lag.Store(int64(d)) }

func (l *load) simulateHeap(ratio float64) { l.ratio.Store(math.Float64bits(ratio)) }
