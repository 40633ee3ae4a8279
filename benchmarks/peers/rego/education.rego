# E: schools, minors, and the impact assessment.
package ai_manifest

safeguards := input.data.minors_safeguards

applies["CMIAN-E01"] if education

fail["CMIAN-E01"] contains "no evaluation" if not input.cmian.education_evaluation

fail["CMIAN-E01"] contains "the evaluation is in the future" if future(day(input.cmian.education_evaluation.date))

applies["CMIAN-E02"] if {
	minors
	personal_data
}

fail["CMIAN-E02"] contains "no safeguards" if not safeguards

fail["CMIAN-E02"] contains "no minimisation" if {
	safeguards
	not safeguards.minimisation
}

fail["CMIAN-E02"] contains "no notice for children" if {
	safeguards
	not safeguards.child_notice
}

fail["CMIAN-E02"] contains "the data may train the model" if {
	safeguards
	generates
	not safeguards.no_training_reuse
}

generates if input.technology.type in {"generative", "hybrid"}

applies["CMIAN-E06"] if {
	taught_with
	generates
}

taught_with if "teaching_tool" in scopes

taught_with if {
	input.purpose.domain == "education"
	not given(scopes)
}

fail["CMIAN-E06"] contains "no safeguards" if not safeguards

fail["CMIAN-E06"] contains "pupils use it alone" if {
	safeguards
	not safeguards.supervised_use
}

fail["CMIAN-E06"] contains "pupils need an account" if {
	safeguards
	not safeguards.account_free
}

applies["LAW-E03"] if {
	personal_data
	presumed_risky
}

presumed_risky if input.people.minors in {"targeted", "unknown"}

presumed_risky if given(input.data.special_categories)

presumed_risky if any_of(capabilities, assessing)

presumed_risky if {
	input.decision.role == "decides"
	individual_decision
}

presumed_risky if {
	video_analysed_but({"none"})
	not input.video.context == "private_site"
}

fail["LAW-E03"] contains "no impact assessment" if not input.data.dpia

fail["LAW-E03"] contains "the impact assessment is not done" if {
	input.data.dpia.status in {"todo", "in_progress"}
}

fail["LAW-E03"] contains "the impact assessment is in the future" if {
	input.data.dpia.status == "done"
	future(day(input.data.dpia.date))
}

fail["LAW-E03"] contains "no reason why none is required" if {
	input.data.dpia.status == "not_required"
	not input.data.dpia.reason
}

applies["LAW-E04"] if {
	input.data.gdpr_basis == "consent"
	minors_consent
}

minors_consent if any_of(groups, {"minors_under_15", "pupils"})

minors_consent if {
	input.people.minors != "none"
	not "minors_15_17" in groups
}

fail["LAW-E04"] contains "no consent of the parents" if not parents_agree

parents_agree if safeguards.parental_consent == "obtained"

parents_agree if {
	safeguards.parental_consent == "planned"
	not live
}

applies["LAW-E05"] if education

applies["LAW-E05"] if input.purpose.domain == "hr"

applies["LAW-E05"] if "municipal_agents" in groups

fail["LAW-E05"] contains "emotions are recognised" if "emotion_recognition" in capabilities
