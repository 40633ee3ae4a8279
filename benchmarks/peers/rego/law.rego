# L: the AI Act's classes, automated decisions, data protection.
package ai_manifest

applies["LAW-L01"] if input.ai_act.risk

fail["LAW-L01"] contains "a prohibited practice" if input.ai_act.risk == "prohibited"

applies["LAW-L02"] if {
	input.decision.role == "decides"
	individual_decision
	not reviewed_each_time
}

reviewed_each_time if {
	input.decision.human_review.level == "each_case"
	not input.decision.human_review.can_override == false
}

fail["LAW-L02"] contains sprintf("decides from data on %s", [category]) if {
	some category in input.data.special_categories
	category != "offences"
}

fail["LAW-L02"] contains "the model learns on its own" if not input.technology.continuous_learning == false

fail["LAW-L02"] contains "no appeal" if {
	not input.decision.appeal.channel
	not input.decision.appeal.url
}

# The points of annex III that a manifest comes under, each with the ways to name it.
high_risk["3a"] := {"3a", "3"} if {
	"school_management" in scopes
	steers
	individual_decision
}

high_risk["3b"] := {"3b", "3"} if {
	profiles
	school_tool
}

high_risk["4a"] := {"4a", "4"} if {
	input.purpose.domain == "hr"
	any_of(capabilities, {"scoring_profiling", "classification"})
}

high_risk["5a"] := {"5a", "5"} if {
	input.purpose.domain == "social"
	steers
}

high_risk["1"] := {"1", "1a", "1b", "1c"} if any_of(capabilities, recognising | {"emotion_recognition"})

profiles if "scoring_profiling" in capabilities

school_tool if any_of(scopes, {"pupil_tracking", "teaching_tool"})

school_tool if {
	input.purpose.domain == "education"
	not given(scopes)
}

exempt if {
	input.ai_act.exemption.grounds
	not profiles
}

applies["LAW-L03"] if given(high_risk)

fail["LAW-L03"] contains sprintf("point %s of annex III is not named", [point]) if {
	not exempt
	some point, names in high_risk
	not any_of({named | some named in input.ai_act.annex_iii}, names)
}

applies["LAW-L04"] if {
	live
	personal_data
}

fail["LAW-L04"] contains "no basis for the processing" if not input.data.gdpr_basis

fail["LAW-L04"] contains "legitimate interests are no basis for an authority" if {
	input.data.gdpr_basis == "legitimate_interests"
}

fail["LAW-L04"] contains "no entry in the record of processing" if not input.data.ropa_ref

fail["LAW-L04"] contains "transfers without a safeguard" if {
	input.data.transfers.outside_eu
	not input.data.transfers.safeguard
}

applies["LAW-L05"] if {
	given(high_risk)
	not exempt
	fria_due
}

fria_due if {
	today >= "2027-12-02"
	not started_before_fria
}

fria_due if today >= "2030-08-02"

started_before_fria if day(input.project.start_date) < "2027-12-02"

fail["LAW-L05"] contains "no fundamental rights impact assessment" if not input.ai_act.fria.status == "done"
