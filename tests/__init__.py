"""The tests of cmian-policy; they mirror src, and acceptance/ runs the tool as its users do."""
