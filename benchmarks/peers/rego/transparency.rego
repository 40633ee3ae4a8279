# T: what people are told, where and when.
package ai_manifest

applies["CMIAN-T01"] if input.people.interaction == "direct"

fail["CMIAN-T01"] contains "no notice in French" if not notice

fail["CMIAN-T01"] contains "no place where the notice is shown" if not given(places)

notice := input.transparency.disclosure.text.fr

applies["CMIAN-T02"] if {
	input.people.interaction == "indirect"
	input.people.impact != "none"
}

applies["CMIAN-T02"] if {
	input.people.interaction == "indirect"
	"text_generation" in capabilities
}

applies["CMIAN-T02"] if {
	input.people.interaction == "none"
	weighs
}

fail["CMIAN-T02"] contains "no notice in French" if not notice

fail["CMIAN-T02"] contains "no place where the notice reaches people" if {
	not any_of(places, {"letter", "form", "on_site", "web_page"})
}

applies["CMIAN-T04"] if input.transparency.disclosure

fail["CMIAN-T04"] contains "the notice does not name AI" if not names_ai

fail["CMIAN-T04"] contains "no human contact" if not input.transparency.human_contact

names_ai if regex.match(`(?i)intelligence[\s\p{Z}]+artificielle`, notice)

names_ai if regex.match(`(^|[^\p{L}\p{N}_])IA($|[^\p{L}\p{N}_])`, notice)

applies["CMIAN-T09"] if {
	input.project.status == "operational"
	impacts_users
}

fail["CMIAN-T09"] contains "no public address" if {
	not input.transparency.register_url
	not input.project.links.public_page
}

deployer if input.owner.ai_act_role == "deployer"

applies["LAW-T03"] if {
	today >= "2026-08-02"
	input.people.interaction == "direct"
	ai
}

in_time if input.transparency.disclosure.timing == "before_or_at_first_interaction"

fail["LAW-T03"] contains "people are not told in time" if {
	not deployer
	not in_time
}

review["LAW-T03"] contains "the duty to tell people in time is the provider's" if {
	deployer
	not in_time
}

synthetic := {"text_generation", "image_generation", "audio_generation", "video_generation"}

inferring := {"emotion_recognition", "biometric_categorisation"}

marks_machine_readable if {
	not deployer
	any_of(capabilities, synthetic)
}

text_reaches_people if {
	"text_generation" in capabilities
	not "chatbot" in capabilities
	input.people.interaction != "none"
}

applies["LAW-T05"] if {
	today >= "2026-08-02"
	concerned_by_marking
}

concerned_by_marking if any_of(capabilities, inferring | {"deep_fake"})

concerned_by_marking if text_reaches_people

concerned_by_marking if marks_machine_readable

fail["LAW-T05"] contains "a deep fake without a visible label" if {
	"deep_fake" in capabilities
	not input.transparency.content_marking.visible_label
}

fail["LAW-T05"] contains "a generated text without a label or an editor's review" if {
	text_reaches_people
	not input.transparency.content_marking.visible_label
	not input.transparency.content_marking.editorial_review
}

fail["LAW-T05"] contains "people are not told that they are recognised" if {
	any_of(capabilities, inferring)
	not notice
}

review["LAW-T05"] contains "generated contents are not marked for machines" if {
	marks_machine_readable
	not input.transparency.content_marking.machine_readable
}

applies["LAW-T06"] if decides_on_someone

decides_on_someone if {
	individual_decision
	input.decision.role != "none"
}

fail["LAW-T06"] contains "no explicit mention" if not input.transparency.explicit_mention.text.fr

fail["LAW-T06"] contains "the mention is not on the decision" if {
	input.transparency.explicit_mention
	not input.transparency.explicit_mention.on_decision
}

fail["LAW-T06"] contains "the mention does not name the appeal" if {
	input.transparency.explicit_mention
	not input.transparency.explicit_mention.cada_recourse
}

applies["LAW-T07"] if {
	decides_on_someone
	not input.decision.main_processing == false
}

fail["LAW-T07"] contains "the rules of the processing are not published" if not input.transparency.rules_url

applies["LAW-T08"] if decides_on_someone

fail["LAW-T08"] contains "no procedure to explain a decision" if not input.decision.explanation.procedure
