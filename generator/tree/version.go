package tree

// Version of rcgen; it stands in the lock of every project it writes.
const Version = "0.2.0"
