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
