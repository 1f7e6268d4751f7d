package helm

// runbooks say what to do about each rule in a cluster, by its name. The Compose
// project's name commands of Docker.
var runbooks = map[string]string{
	"RocketChatDown": "`kubectl -n rocketchat get pods` and " +
		"`kubectl -n rocketchat logs deploy/rocketchat-rocketchat --tail 100`. " +
		"If they cannot reach MongoDB, look there first. " +
		"If they are ready, somebody switched Prometheus_Enabled off in the workspace's settings.",
	"RocketChatReplicasDown": "`kubectl -n rocketchat get pods -o wide` and `kubectl -n rocketchat describe pod NAME`. " +
		"Pending: no node has room. CrashLoopBackOff: `kubectl -n rocketchat logs NAME --previous`. " +
		"OOMKilled: see RocketChatMemory.",
	"RocketChatRestarts": "`kubectl -n rocketchat logs NAME --previous --tail 200`. " +
		"\"heap out of memory\" is RocketChatHeap; a failed liveness probe is a MongoDB that was away. " +
		"After an update: `helm rollback`, with a backup of the database at hand.",
	"RocketChatVersionsDiffer": "A roll-out stopped half-way: " +
		"`kubectl -n rocketchat rollout status deploy/rocketchat-rocketchat`, " +
		"then describe the pod that does not become ready.",
	"RocketChatEventLoopLag": "`kubectl -n rocketchat top pods`. " +
		"One pod alone: an app, an integration or an import in its log; delete that pod. " +
		"All of them: too many users, see RocketChatCapacity. Lag without CPU is memory, see RocketChatHeap.",
	"RocketChatEventLoopLagCritical": "As RocketChatEventLoopLag, now.",
	"RocketChatEventLoopBusy": "All pods: more of them (`rcgen plan --target kubernetes --users N`, then export again). " +
		"One: delete it, its users move to the others.",
	"RocketChatHeap": "Delete the pod before it ends by itself. " +
		"If it comes back within a day, look in its log for large exports, imports or apps.",
	"RocketChatMemory": "Compare with RocketChatHeap: a small heap means buffers, uploads or the apps engine. " +
		"Delete the pod; if it grows again, disable apps one by one.",
	"RocketChatCapacity": "If a pod is down, that one first. " +
		"Otherwise the deployment has been outgrown: export for more users before the next peak.",
	"RocketChatPresenceCap": "Nothing at night. A licence lifts the cap.",
	"RocketChatMessagesSlow": "MongoDB first: its queue, its cache and its disk. " +
		"Then RocketChatEventLoopLag, then NATS.",
	"RocketChatPushQueue": "Look for \"push\" in the log: the gateway refuses, or the cluster lets nothing out. " +
		"The figure changes with the next daily statistics only.",
	"RocketChatRateLimited": "The log names the user and the address. One user: stop that bot. " +
		"One address for all: the ingress controller does not hand on X-Forwarded-For.",
	"RocketChatAppsFailed": "Administration, Marketplace, Installed: the app that is disabled; " +
		"after an update it usually needs one too.",
	"NATSDown": "`kubectl -n rocketchat get pods -l app.kubernetes.io/name=nats` and their logs. " +
		"A changed password wants both Secret keys changed and NATS and Rocket.Chat restarted.",
	"NATSServerDown": "`kubectl -n rocketchat describe pod` of the one that is not ready. " +
		"A drained node is normal for minutes.",
	"NATSReplicasNotConnected": "If a pod is down, that one first. " +
		"If all are ready, the licence is the usual reason: Administration, Subscription. " +
		"Then `kubectl -n rocketchat rollout restart deploy/rocketchat-rocketchat`.",
	"NATSSlowConsumers": "A pod is too busy to read: RocketChatEventLoopLag. " +
		"The log of NATS has \"Slow Consumer\" with the pod's address.",
}
