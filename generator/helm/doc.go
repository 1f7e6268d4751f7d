// Package helm turns a request into what a Kubernetes cluster needs: values for
// Rocket.Chat's official chart, and what Helm, Flux, Argo CD, Fleet, Rancher and
// OpenShift want around them. It is pure, and the same request gives the same bytes.
//
//	Request -> NewPlan -> Plan -> Export -> []File
//
// The chart has no schema: Helm takes a misspelt key without a word. So the values
// are typed structs, and every key is looked up in the table of those that the
// pinned chart knows.
//
// What belongs here: sizing for a cluster, the charts' values and the objects of each
// target. What does not: writing them (internal/disk), and what both targets need
// (generator, generator/alerts, generator/dashboards).
package helm
