package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/cmd/writ/internal/refusal"
)

// An Allow of the caller helps only if nothing else refuses.
func TestHindrance(t *testing.T) {
	for reason, want := range map[string]string{
		"": "",
		" because no identity-based policy allows the a:b:c action":   "",
		" because no policy allows the a:b:c action":                  "",
		" with an explicit deny in an identity-based policy":          "an administrator of the account must narrow or remove the Deny in the policies of the user, its groups or its agency",
		" with an explicit deny":                                      "a Deny matches, and the message does not say where",
		" with an explicit deny in a policy":                          "a Deny matches, and the message does not say where",
		" with an explicit deny in the service control policy":        "whoever manages the organization must narrow or remove the Deny in the policies of the root, the units or the account",
		" because no resource control policy allows the a:b:c action": "whoever manages the organization must allow it in the policies of the root, the units or the account, too",
		" because no session policy allows the a:b:c action":          "whoever asks for the temporary credentials must allow it in the session policy, too",
		" because no permissions boundary allows the a:b:c action":    "whoever bounds the caller must allow it in the permission boundary, too",
		" because no resource-based policy allows the a:b:c action":   "whoever owns the resource must allow it in the policy attached to it, too",
		" because no VPC endpoint policy allows the a:b:c action":     "whoever manages it must allow it in the vpc endpoint policy, too",
		" with an explicit deny in a VPC endpoint policy":             "whoever manages it must narrow or remove the Deny in the vpc endpoint policy",
	} {
		rs, err := refusal.Find("User: u is not authorized to perform: a:b:c on resource: a:::b:c" + reason)
		require.NoError(t, err)
		require.Equal(t, want, hindrance(rs[0]), reason)
	}
	require.Empty(t, hindrance(nil))
}
