module github.com/writ-policy/writ

go 1.25

require github.com/gobwas/glob v1.1.0
