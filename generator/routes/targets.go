package routes

// TargetsFile is the file in which Prometheus finds the replicas.
const TargetsFile = "prometheus/targets/rocketchat.yaml"
