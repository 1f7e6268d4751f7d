package routes

// Held are the replicas that an unfinished apply keeps out of the routes, by name,
// with the text that it took out for each.
type Held map[string]string

// Restore is PutBack that takes the containers of the replica out.
func Restore(routes []byte, name, entry string) ([]byte, error) {
	routes, err := PutBack(routes, name, entry)
	if err != nil {
		return nil, err
	}
	hosts, err := Servers(routes)
	for _, host := range hosts {
		if err == nil && host != name && ReplicaOf(host) == name {
			routes, _, err = TakeOut(routes, host)
		}
	}
	return routes, err
}
