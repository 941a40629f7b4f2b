module github.com/writ-policy/writ/bench

go 1.26.0

require github.com/writ-policy/writ v0.0.0

require github.com/gobwas/glob v1.1.0 // indirect

replace github.com/writ-policy/writ => ..
