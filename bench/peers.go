package main

// peers are the other libraries, in the order of the table.
var peers = []*peer{cedarPeer, casbinPeer, casbinCachedPeer, celPeer, opaPeer}

// peerNames lists those that decide anew each time.
func peerNames() (all []string) {
	for _, p := range peers {
		if !p.cached {
			all = append(all, p.name)
		}
	}
	return all
}

// absent are the libraries that are not in the table at all, and why.
var absent = []string{
	"ladon: the module proxy that the other modules come from refuses it.",
	"MinIO's evaluator: it is under the AGPL.",
}
