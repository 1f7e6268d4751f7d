// Package conformance holds what `rcgen export` writes against the programs that
// read it: Helm's engine renders the values, the types of Kubernetes and of the
// operators decode every object strictly, kustomize builds what Flux would, and
// promtool reads the alert rules. It needs no cluster and no network.
//
// RocketChat/helm-charts has no licence, so its chart is not kept here. A stand-in
// of our own in testdata reads the keys that matter. With RCGEN_CHART_TGZ, the path
// of rocketchat-7.0.2.tgz (branch gh-pages of github.com/RocketChat/helm-charts), the
// true chart is rendered as well.
//
// It is a module of its own, so that neither Helm nor Kubernetes becomes a
// dependency of rcgen.
package conformance
