package catalog

import "github.com/writ-policy/writ/condition"

// Key is a condition key that a vendor documents. It is immutable; goroutines
// may share it. The zero Key names nothing.
type Key struct {
	text  string
	info  condition.KeyInfo
	grade string
}

// String returns the key as the vendor spells it. A tag key is written
// <tag-key>.
func (k *Key) String() string { return k.text }

// Type returns the type of the key's values.
func (k *Key) Type() condition.Type { return k.info.Type }

// Multi reports whether one request can carry several values (huawei.md 6.2).
func (k *Key) Multi() bool { return k.info.Multi }

// Info returns type and count as package condition wants them.
func (k *Key) Info() condition.KeyInfo { return k.info }

// Grade says what the row rests on. For the global keys of Huawei Cloud: full,
// if the definition was read, frag, if a fragment or an example was, or name,
// if only the name is attested (huawei.md 6.2). For the keys of a service:
// table, doc or inferred, see Evidence, or "" in a catalog that does not say. For Tencent Cloud: the sources, by the
// names of tencent-cam.md 0.
func (k *Key) Grade() string { return k.grade }
