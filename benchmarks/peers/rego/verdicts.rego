# From what the families of rules say (applies, fail, review) to one verdict and one level for each rule.
package ai_manifest

blocking_rules := {
	"CMIAN-G02", "CMIAN-T01", "CMIAN-T02", "CMIAN-E01", "CMIAN-E02", "CMIAN-A01", "CMIAN-A02", "CMIAN-A04", "CMIAN-A05",
	"CMIAN-A07", "CMIAN-I01", "CMIAN-V01",
	"LAW-T03", "LAW-T05", "LAW-T06", "LAW-T07", "LAW-E03", "LAW-E04", "LAW-E05", "LAW-I03", "LAW-V03", "LAW-V04",
	"LAW-L01", "LAW-L02", "LAW-L04", "LAW-L05",
}

advisory_rules := {
	"CMIAN-G03", "CMIAN-G04", "CMIAN-T04", "CMIAN-T09", "CMIAN-E06", "CMIAN-A03", "CMIAN-A06", "CMIAN-R01", "CMIAN-P01",
	"CMIAN-P02", "CMIAN-F01", "CMIAN-F02", "CMIAN-I02",
	"LAW-T08", "LAW-V05",
}

# Advisory, then blocking from a date on.
blocking_from := {"LAW-V02": "2026-01-30", "LAW-L03": "2027-12-02"}

rules := (blocking_rules | advisory_rules) | object.keys(blocking_from)

judges_retired := {"CMIAN-G02"}

at_every_stage := {"CMIAN-G02", "LAW-E05", "LAW-V03", "LAW-L01"}

when_operational := {"CMIAN-A02", "CMIAN-A04", "CMIAN-A05", "LAW-T07", "LAW-I03"}

judged contains rule if {
	input.project.status != "retired"
	some rule, true in applies
}

judged contains rule if {
	some rule in judges_retired
	applies[rule]
}

failing contains rule if {
	some rule in judged
	given(fail[rule])
}

reviewed contains rule if {
	some rule in (judged - failing)
	given(review[rule])
}

passing := (judged - failing) - reviewed

not_applicable := rules - judged

# What a rule weighs is the least of what it declares, what the stage of the project allows, and what the act binds.
levels := ["note", "advisory", "blocking"]

level(rule) := levels[min([declared(rule), stage(rule), scope(rule)])]

declared(rule) := 2 if rule in blocking_rules

declared(rule) := 1 if rule in advisory_rules

declared(rule) := 2 if today >= blocking_from[rule]

declared(rule) := 1 if today < blocking_from[rule]

default stage(_) := 2

stage(rule) := 0 if {
	input.project.status in {"planned", "design"}
	not rule in at_every_stage
}

stage(rule) := 1 if {
	input.project.status == "development"
	not rule in at_every_stage
}

stage(rule) := 1 if {
	input.project.status in {"pilot", "evaluation"}
	rule in when_operational
}

default scope(_) := 2

# The deliberation binds the services of the City alone, and speaks of AI only.
scope(rule) := 1 if {
	startswith(rule, "CMIAN-")
	not bound
}

bound if {
	in_scope
	ai
}

# What conftest looks for.
deny contains finding(rule, "fail", fail[rule]) if {
	some rule in failing
	level(rule) == "blocking"
}

warn contains finding(rule, "fail", fail[rule]) if {
	some rule in failing
	level(rule) != "blocking"
}

warn contains finding(rule, "review", review[rule]) if some rule in reviewed

finding(rule, verdict, reasons) := {
	"msg": sprintf("%s: %s", [rule, concat("; ", reasons)]),
	"rule": rule,
	"verdict": verdict,
	"level": level(rule),
}

# What OPA is asked for.
report := {"deny": deny, "warn": warn, "pass": passing, "not_applicable": not_applicable}
