# What is derived from a manifest once and used by many rules: the facts of the packs, version 1.
package ai_manifest

capabilities := {capability | some capability in input.technology.capabilities}

groups := {group | some group in input.people.affected_groups}

scopes := {scope | some scope in input.purpose.education_scopes}

places := {place | some place in input.transparency.disclosure.places}

any_of(found, wanted) if count(found & wanted) > 0

# An empty list counts as absent.
given(list) if count(list) > 0

perceptive := {
	"speech_recognition", "ocr", "object_detection", "behaviour_analysis", "face_recognition",
	"biometric_identification", "biometric_categorisation", "emotion_recognition", "plate_recognition",
}

generative := {
	"chatbot", "text_generation", "image_generation", "audio_generation", "video_generation",
	"deep_fake", "translation", "summarisation",
}

assessing := {
	"scoring_profiling", "behaviour_analysis", "emotion_recognition", "face_recognition",
	"biometric_identification", "biometric_categorisation",
}

recognising := {"face_recognition", "biometric_identification", "biometric_categorisation"}

live if input.project.status in {"pilot", "evaluation", "operational"}

ai if input.technology.type != "rule_based"

ai if any_of(capabilities, generative | perceptive)

education if input.purpose.domain == "education"

education if given(scopes)

education if "pupils" in groups

security if input.purpose.domain == "security"

security if video_analysed_but({"none", "anonymous_statistics"})

# An analysis that is not declared is none of the harmless ones.
video_analysed_but(harmless) if {
	input.video.used
	not object.get(input.video, "analysis", "unsaid") in harmless
}

sensitive if education

sensitive if security

individual_decision if input.decision.individual_administrative != false

steers if input.decision.role in {"recommends", "decides"}

weighs if {
	weighs_by_itself
	weighs_on_people
}

weighs_by_itself if steers

weighs_by_itself if any_of(capabilities, assessing)

weighs_on_people if given(groups - {"municipal_agents"})

weighs_on_people if individual_decision

impacts_users if input.people.impact != "none"

impacts_users if input.people.interaction == "direct"

impacts_users if weighs

minors if input.people.minors in {"targeted", "unknown"}

minors if {
	input.people.minors == "incidental"
	education
}

personal_data if input.data.personal != "none"

in_scope if input.owner.organisation == "ville-montpellier"

in_scope if input.owner.serves_city

in_scope if {
	input.owner.organisation == "other"
	not input.owner.serves_city == false
}
