package refusal

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/resource"
)

// said is a refusal in short.
func said(r *Refusal) string {
	var names []string
	for _, n := range r.Resources {
		names = append(names, n.String())
	}
	s := r.Asked + " on [" + strings.Join(names, " ") + "] " + r.Kind.String()
	for _, part := range []string{r.Source.String(), r.Policy, r.Principal, r.Request} {
		s += "|" + part
	}
	return s
}

// The messages that vendors document and that people report.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no identity policy", `"error_msg": "User: xxx is not authorized to perform action ecs:cloudServers:get on resource ecs:cn-north-5:yyyy:instance:zzzz because no identity-based policy allows the ecs:cloudServers:get action."`,
			[]string{"ecs:cloudServers:get on [ecs:cn-north-5:yyyy:instance:zzzz] no-allow|identity|identity-based policy|xxx|"}},
		{"deny in an identity policy", `User: xxx is not authorized to perform action ecs:cloudServers:get on resource ecs:cn-north-5:yyyy:instance:zzzz with an explicit deny in an identity-based policy.`,
			[]string{"ecs:cloudServers:get on [ecs:cn-north-5:yyyy:instance:zzzz] explicit-deny|identity|identity-based policy|xxx|"}},
		{"with colons", `User: iam::0f12:user:ops is not authorized to perform: cbr:vaults:delete on resource: cbr:eu-de:0f12:vault:prod-7 with an explicit deny in the service control policy.`,
			[]string{"cbr:vaults:delete on [cbr:eu-de:0f12:vault:prod-7] explicit-deny|guardrail|service control policy|iam::0f12:user:ops|"}},
		{"the type is not of a policy", `User: u is not authorized to perform: cbr:vaults:get on resource: cbr:eu-de:0f12:vault:v because no session policy allows the cbr:vaults:get action.`,
			[]string{"cbr:vaults:get on [cbr:eu-de:0f12:vault:v] no-allow|session|session policy|u|"}},
		{"no reason", `{"error_code":"CBR.0005","error_msg":"User: u is not authorized to perform: cbr:vaults:get on resource: cbr:eu-de:0f12:vault:v.","request_id":"7bdd8c92ab41"}`,
			[]string{"cbr:vaults:get on [cbr:eu-de:0f12:vault:v] unsaid|unknown||u|7bdd8c92ab41"}},
		{"no resource", "User: u is not authorized to perform: cbr:vaults:get", []string{"cbr:vaults:get on [] unsaid|unknown||u|"}},
		{"every resource", "User: u is not authorized to perform: cbr:vaults:list on resource: * because no identity-based policy allows the cbr:vaults:list action",
			[]string{"cbr:vaults:list on [] no-allow|identity|identity-based policy|u|"}},
		{"by action", `Error: error creating identity provider v3: Action Forbidden, error message: {"error": {"message": "Policy doesn't allow iam:identityProviders:createIdentityProvider to be performed.", "code": 403, "title": "Forbidden"}}`,
			[]string{"iam:identityProviders:createIdentityProvider on [] unsaid|unknown|||"}},
		{"billing", `{"error_code": "CBC.0151", "error_msg": "user access denied.checkCustomerPermission,correct permission code is billing:order:view"}`,
			[]string{"billing:order:view on [] unsaid|unknown|||"}},
		{"operation", "[TencentCloudSDKException]message:AuthFailure.UnauthorizedOperation-You are not authorized to perform this operation. Check your CAM policies. [[request id:6ecbe97c-fadb-4798-8afa-4e56b9e0f3da]you are not authorized to perform operation (sms:SendSms)\nresource (*) has no permission",
			[]string{"sms:SendSms on [] unsaid|unknown|||6ecbe97c-fadb-4798-8afa-4e56b9e0f3da"}},
		{"quoted twice", `Code=UnauthorizedOperation, Message=\"[request id:ab-1]you are not authorized to perform operation (cvm:AllocateAddresses)\\nresource (qcs::cvm:ap-guangzhou:uin\\/100004:eip\\/*) has no permission\\n\"., RequestId=ab-1`,
			[]string{"cvm:AllocateAddresses on [qcs::cvm:ap-guangzhou:uin/100004:eip/*] unsaid|unknown|||ab-1"}},
		{"on one line", `you are not authorized to perform operation (cls:createLogset) resource (qcs::cls:ap-guangzhou::logset/) has no permission`,
			[]string{"cls:createLogset on [qcs::cls:ap-guangzhou::logset/] unsaid|unknown|||"}},
		{"with a comma and a bracket", `you are not authorized to perform operation (name/cos:GetObject), resource (qcs::cos:ap-beijing:uid/1:b-1/a(1).txt) has no permission`,
			[]string{"cos:GetObject on [qcs::cos:ap-beijing:uid/1:b-1/a(1).txt] unsaid|unknown|||"}},
		{"project and old region", "you are not authorized to perform operation (cvm:StopInstances)\nresource (qcs:id/0:cvm:gz:uin/100:instance/ins-1) has no permission",
			[]string{"cvm:StopInstances on [qcs::cvm:ap-guangzhou:uin/100:instance/ins-1] unsaid|unknown|||"}},
		{"several", "[request id:r-1]you are not authorized to perform operation (cvm:AttachDisks)\nresource (qcs::cvm:ap-beijing:uin/1:volume/d,qcs::cvm:ap-beijing:uin/1:instance/i) has no permission\n requestId:r-1\n[request id:r-2]you are not authorized to perform operation (cvm:DetachDisks)\nresource (*) has no permission\n requestId:r-2",
			[]string{"cvm:AttachDisks on [qcs::cvm:ap-beijing:uin/1:volume/d qcs::cvm:ap-beijing:uin/1:instance/i] unsaid|unknown|||r-1", "cvm:DetachDisks on [] unsaid|unknown|||r-2"}},
		{"ids after", `{"error_msg":"Policy doesn't allow a:b:c to be performed","request_id":"first"}` + "\n" + `{"error_msg":"Policy doesn't allow a:b:d to be performed","request_id":"second"}`,
			[]string{"a:b:c on [] unsaid|unknown|||first", "a:b:d on [] unsaid|unknown|||second"}},
		{"once", strings.Repeat("Policy doesn't allow a:b:c to be performed.\n", 3), []string{"a:b:c on [] unsaid|unknown|||"}},
		{"in a frame, wrapped", "│ Error: User: u is not authorized to\n│ perform: cbr:vaults:get on resource:\n│ cbr:eu-de:0f12:vault:v because no\n│ identity-based policy allows the cbr:vaults:get action",
			[]string{"cbr:vaults:get on [cbr:eu-de:0f12:vault:v] no-allow|identity|identity-based policy|u|"}},
		{"another line", "User: u is not authorized to perform: cbr:vaults:get on resource: cbr:eu-de:0f12:vault:v\nretry failed because no host is left",
			[]string{"cbr:vaults:get on [cbr:eu-de:0f12:vault:v] unsaid|unknown||u|"}},
		{"escaped apostrophe", `Policy doesn\u0027t allow evs:volumes:list to be performed`, []string{"evs:volumes:list on [] unsaid|unknown|||"}},
		{"blank in a name", "User: u is not authorized to perform: obs:object:GetObject on resource: obs:::object:b/my file with an explicit deny in a resource-based policy",
			[]string{"obs:object:GetObject on [obs:::object:b/my file] explicit-deny|resource|resource-based policy|u|"}},
	} {
		rs, err := Find(c.text)
		require.NoError(t, err, c.name)
		var got []string
		for _, r := range rs {
			got = append(got, said(r))
		}
		require.Equal(t, c.want, got, c.name)
	}
}

// What is no name of the cloud that speaks is an error, never a guess.
func TestNameError(t *testing.T) {
	for text, want := range map[string]string{
		`{"NeutronError":{"message":"Policy doesn't allow enable_snat to be performed","type":"PolicyNotAuthorized"}}`:                                                              "action",
		`Policy doesn't allow os_compute_api:os-hypervisors to be performed.`:                                                                                                       "action",
		`Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed.`:                                                                                       "action",
		`User: arn:aws:iam::1:user/u is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r because no identity-based policy allows the iam:PassRole action`: "resource",
		`User: u is not authorized to perform: iam:PassRole`:                                                                                                                        "action",
		`Caller is not authorized to perform action on resource`:                                                                                                                    "action",
		`User: u is not authorized to perform: cbr:vaults:* on resource: cbr:r:a:vault:v`:                                                                                           "action",
		`User: u is not authorized to perform: cbr:vaults:get on resource: vault-1 because no identity-based policy allows it`:                                                      "resource",
		"User: u is not authorized to perform: cbr:vaults:get on resource: cbr:r:a:va\nult:v with an explicit deny":                                                                 "resource",
		`you are not authorized to perform operation (cbr:vaults:get) resource (*) has no permission`:                                                                               "action",
		`you are not authorized to perform operation (cvm:StopInstances) resource (cbr:eu-de:0f12:vault:v) has no permission`:                                                       "resource",
		`you are not authorized to perform operation (cvm:StopInstances) resource (qcs::cvm:ap-beijing:uin/1:inst`:                                                                  "resource",
		`you are not authorized to perform operation (cvm:StopInstances) resource () has no permission`:                                                                             "resource",
		`User: u is not authorized to perform: cbr:vaults:get on resource:`:                                                                                                         "resource",
		`you are not authorized to perform operation (cvm:StopInstances) resource (qcs::cvm) has no permission`:                                                                     "resource",
		`User: u is not authorized to perform: cbr:vaults:get on resource: qcs::cvm:gz:uin/1:instance/i with an explicit deny in …`:                                                 "resource",
	} {
		rs, err := Find(text)
		require.Empty(t, rs, text)
		var bad *NameError
		require.ErrorAs(t, err, &bad, text)
		require.Equal(t, want, bad.Element, text)
		require.NotContains(t, err.Error(), "\n", text)
	}
	rs, err := Find("Policy doesn't allow enable_snat to be performed; Policy doesn't allow vpc:routers:update to be performed")
	require.Len(t, rs, 1, "what can be read is returned, too")
	require.Error(t, err)
}

// Of a message that is not understood wholly nothing is made: neither a shorter
// name, nor a refusal without the Deny that it tells of.
func TestNotUnderstood(t *testing.T) {
	const user = "User: u is not authorized to perform: "
	const on = user + "cbr:vaults:get on resource: cbr:eu-de:0f12:vault:aaaa"
	const tencent = "you are not authorized to perform operation (cvm:StopInstances) "
	const ins = "qcs::cvm:ap-guangzhou:uin/100:instance/ins-"
	for text, want := range map[string]string{
		user + "cbr:vaults:get\nProtection on resource: cbr:eu-de:0f12:vault:v with an explicit deny in a service control policy":                          "broken by a line end",
		user + "cbr:vaults:get Protection on resource: cbr:eu-de:0f12:vault:v because no identity-based policy allows the cbr:vaults:getProtection action": "not understood",
		user + "cbr:vaults:get on resource: * because no identity-based policy allows the cbr:vaults:get\nProtection action":                               "is not the one at its end",
		user + "cbr:vaults:get...":                                                                     "cut off",
		user + "cbr:vaults:get in a service control policy":                                            "not understood",
		user + "cbr:vaults:get for the resource cbr:eu-de:0f12:vault:aaaa":                             "not understood",
		user + `"cbr:vaults:get`:                                                                       "cut off",
		"correct permission code is billing:order:view\nAll":                                           "broken by a line end",
		on + " because some service control policy explicitly refuses":                                 "not understood",
		on + ": explicit deny in a service control policy":                                             "not understood",
		on + " with an explicit de\nny in a service control policy":                                    "not understood",
		on + " because the service control policy refuses it":                                          "not understood",
		on + " because no permissions boundary of the account allows":                                  "not understood",
		on + " because no identity-based policy allows the cbr:vaults:get action and an SCP denies it": "not understood",
		on + `","reason":"explicit deny in a service control policy"`:                                  "not understood",
		on + ".\nSo, because no service control policy allows the cbr:vaults:get action":               "broken by a line end",
		"Due to an explicit deny in an SCP, " + on:                                                     "not understood",
		on + "...": "cut off", on + "…": "cut off", on + "... because no identity-based policy allows it": "cut off",
		on + "-\nbbbb": "broken by a line end", on + "\nbbbb": "broken by a line end", on + "-\nbbbb cccc": "broken by a line end",
		on + ":": "cut off",
		user + "obs:object:GetObject on resource: obs:::object:b/my file.txt": "cut off",
		user + "obs:object:GetObject on resource: obs:::object:b/x is not authorized to perform: iam:users:create on resource: * because no identity-based policy allows the obs:object:GetObject action.":                                                                                 "not understood",
		user + "obs:object:GetObject on resource: obs:::object:b/x is not authorized to perform: iam:users:create on resource: *":                                                                                                                                                          "not understood",
		user + "obs:object:GetObject on resource: obs:::object:b/x\nUser: u is not authorized to perform: iam:users:create on resource: * because no identity-based policy allows the iam:users:create action. y because no identity-based policy allows the obs:object:GetObject action.": "not understood",
		"the VPC endpoint policy doesn't allow cbr:vaults:get to be performed":             "not understood",
		"Policy doesn't allow cbr:vaults:get to be performed, by a service control policy": "not understood",
		tencent + "resource (" + ins + "1) has no permission due to an explicit deny":      "not understood",
		tencent + "resource (" + ins + "1) (" + ins + "2) has no permission":               "not understood",
		tencent + "by strategy": "not understood",
		on + " and cbr:eu-de:0f12:vault:bbbb because no identity-based policy allows the cbr:vaults:get action": "not understood",
		tencent + "of resource (" + ins + "1) has no permission":                                                "not understood",
		tencent + "resource (" + ins + "...) has no permission":                                                 "cut off",
	} {
		rs, err := Find(text)
		for _, r := range rs { // a sound one may stand in front
			require.Equal(t, "obs:object:GetObject", r.Asked, text)
			require.Contains(t, text, "b/x\nUser: u")
		}
		require.ErrorContains(t, err, want, text)
	}
}

// Other wordings, marks and quotes say the same.
func TestOtherWords(t *testing.T) {
	const user = "User: u is not authorized to perform: "
	const name = "cbr:eu-de:0f12:vault:aaaa"
	const none = "cbr:vaults:get on [] "
	const one = "cbr:vaults:get on [" + name + "] "
	for text, want := range map[string]string{
		user + "cbr:vaults:get, with an explicit deny in a service control policy":                                              none + "explicit-deny|guardrail|service control policy",
		user + `"cbr:vaults:get" with an explicit deny in a service control policy`:                                             none + "explicit-deny|guardrail|service control policy",
		user + "cbr:vaults:get on resource: " + name + ", with an explicit deny":                                                one + "explicit-deny|unknown|",
		user + "cbr:vaults:get on resource: " + name + " due to an explicit deny in an SCP":                                     one + "explicit-deny|guardrail|scp",
		user + "cbr:vaults:get on resource: " + name + " because a service control policy explicitly denies the action":         one + "explicit-deny|guardrail|service control policy",
		user + "cbr:vaults:get on resource: " + name + " because the service control policy does not allow it":                  one + "no-allow|guardrail|service control policy",
		user + "cbr:vaults:get on resource: " + name + " because no SCP allows the cbr:vaults:get action":                       one + "no-allow|guardrail|scp",
		user + "cbr:vaults:get on resource: " + name + " because no guardrail allows the cbr:vaults:get action":                 one + "no-allow|guardrail|guardrail",
		user + "cbr:vaults:get on resource: " + name + " because no IAM policy allows the cbr:vaults:get action":                one + "no-allow|identity|iam policy",
		user + "cbr:vaults:get on resource: " + name + " because no group policy allows the cbr:vaults:get action":              one + "no-allow|identity|group policy",
		user + "cbr:vaults:get on resource: " + name + " because no identity-based policy or service control policy allows it":  one + "no-allow|guardrail|identity-based policy or service control policy",
		user + `"cbr:vaults:get" on resource: "` + name + `" because no identity-based policy allows the cbr:vaults:get action`: one + "no-allow|identity|identity-based policy",
		`{\"m\":\"` + user + `cbr:vaults:get on resource: \\\"` + name + `\\\".\"}`:                                             one + "unsaid|unknown|",
		user + "<b>cbr:vaults:get</b> on resource: <b>" + name + "</b>":                                                         one + "unsaid|unknown|",
		user + "cbr:vaults:get on resource: " + name + ". Access denied":                                                        one + "unsaid|unknown|",
	} {
		rs, err := Find(text)
		require.NoError(t, err, text)
		require.Equal(t, want+"|u|", said(rs[0]), text)
		require.Len(t, rs, 1)
	}
	rs, err := Find("you are not authorized to perform operation (cvm:StopInstances) on resource (qcs::cvm:ap-guangzhou:uin/100:instance/ins-1) has no permission")
	require.NoError(t, err)
	require.Len(t, rs[0].Resources, 1)
}

// A text that tells nothing is an error of its own.
func TestNothing(t *testing.T) {
	for _, text := range []string{
		"", "403 Forbidden", "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
		"code:AuthFailure.UnauthorizedOperation message:操作未授权，请检查CAM策略。[[request id:57ee59b2]system policy not verify]",
	} {
		rs, err := Find(text)
		require.Empty(t, rs)
		var none *NothingError
		require.ErrorAs(t, err, &none)
		require.False(t, none.Encoded)
	}
	_, err := Find(`{"error_code":"X.1","error_msg":"Forbidden","encoded_authorization_message":"Egpjbi1ub"}`)
	require.ErrorContains(t, err, "decode-authorization-message")
	_, err = Find(strings.Repeat("x", MaxText+1))
	require.ErrorContains(t, err, "1 MiB")
}

// Long texts are read in a time that grows with their length.
func TestLong(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, s := range []string{"is not authorized to perform x on resource ", "not authorized to perform operation (a:B) resource (", "request_id: aaa ", `\\n`, "user "} {
		begin := time.Now()
		_, err := Find(strings.Repeat(s, MaxText/len(s)))
		require.Error(t, err)
		require.Less(t, time.Since(begin), 20*time.Second, s)
	}
}

func TestAccount(t *testing.T) {
	for text, want := range map[string]string{
		"User: iam::0f12:user:u is not authorized to perform: cbr:vaults:get on resource: cbr:r:0f99:vault:v": "0f12",
		"User: u is not authorized to perform: cbr:vaults:get on resource: cbr:r:0f99:vault:v":                "0f99",
		"User: u is not authorized to perform: cbr:vaults:get":                                                "",
		"not authorized to perform operation (cvm:X) resource (qcs::cvm:gz:uin/1:i/j) has no permission":      "uin/1",
	} {
		rs, err := Find(text)
		require.NoError(t, err)
		require.Equal(t, want, rs[0].Account(), text)
	}
}

// No text makes Find panic, and the names that come out are names (H30).
func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"User: iam::a:user:u is not authorized to perform: cbr:vaults:get on resource: cbr:r:a:vault:v because no identity-based policy allows the cbr:vaults:get action. requestId:x-1",
		"User: u is not authorized to perform action a:b:c on resources a:b:c:d:e,f:g:h:i:j with an explicit deny in the service control policy",
		`Policy doesn\u0027t allow a:b:c to be performed "request_id": "abc"`,
		`[request id:ab]you are not authorized to perform operation (cvm:A,cvm:B)\\nresource (qcs::cvm:gz:uin\\/1:eip\\/*) has no permission`,
		"correct permission code is billing:order:view", "│ is not authorized to perform", "not authorized to perform operation (a:B), resource (",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rs, err := Find(s)
		if len(rs) == 0 && err == nil {
			t.Fatalf("%q: no refusal and no error", s)
		}
		for _, r := range rs {
			if again, err := action.Parse(r.Action.String()); err != nil || again != r.Action {
				t.Fatalf("%q: action %q: %v", s, r.Action, err)
			}
			for _, n := range r.Resources {
				if again, err := resource.Parse(n.String()); err != nil || again != n || n.IsZero() || (n.Form() == resource.QCS) != r.Action.IsCAM() {
					t.Fatalf("%q: resource %q: %v", s, n, err)
				}
			}
		}
		var none *NothingError
		if errors.As(err, &none) && len(rs) > 0 {
			t.Fatalf("%q: nothing and something", s)
		}
	})
}
