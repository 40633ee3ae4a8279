# G: what is known of the project, when it is looked at again, and whether its declarations contradict each other.
package ai_manifest

applies["CMIAN-G02"] if live

applies["CMIAN-G02"] if input.project.status == "retired"

applies["CMIAN-G02"] if input.project.start_date

fail["CMIAN-G02"] contains sprintf("%s is unknown", [name]) if {
	live
	some name, "unknown" in {
		"people.minors": input.people.minors,
		"people.impact": input.people.impact,
		"decision.individual_administrative": input.decision.individual_administrative,
		"data.personal": input.data.personal,
	}
}

fail["CMIAN-G02"] contains "the start date of a project that has not started is past" if {
	input.project.status in {"planned", "design", "development"}
	started
}

fail["CMIAN-G02"] contains "a retired project has no end date" if {
	input.project.status == "retired"
	not input.project.end_date
}

fail["CMIAN-G02"] contains "the end date of a retired project is in the future" if {
	input.project.status == "retired"
	future(day(input.project.end_date))
}

started if {
	count(input.project.start_date) > 7
	past(day(input.project.start_date))
}

# A month is past when it is over.
started if {
	count(input.project.start_date) == 7
	day(input.project.start_date) <= plus_months(today, -1)
}

applies["CMIAN-G03"] if live

fail["CMIAN-G03"] contains "no next review" if not input.review.next_review

fail["CMIAN-G03"] contains "the next review is past" if past(day(input.review.next_review))

fail["CMIAN-G03"] contains "the next review is more than a year away" if {
	day(input.review.next_review) > plus_months(today, 12)
}

applies["CMIAN-G04"] := true

fail["CMIAN-G04"] contains "no impact, in direct contact" if {
	input.people.impact == "none"
	input.people.interaction == "direct"
}

fail["CMIAN-G04"] contains "no impact, in a decision on people" if {
	input.people.impact == "none"
	steers
	weighs_on_people
}

fail["CMIAN-G04"] contains "no minors, among pupils" if {
	input.people.minors == "none"
	"pupils" in groups
}

fail["CMIAN-G04"] contains "no minors, in personal data of education" if {
	input.people.minors == "none"
	input.purpose.domain == "education"
	personal_data
}

fail["CMIAN-G04"] contains "education without a scope" if {
	input.purpose.domain == "education"
	not given(scopes)
}

fail["CMIAN-G04"] contains "childhood with minors and without a scope" if {
	input.purpose.domain == "childhood_youth"
	input.people.minors != "none"
	not given(scopes)
}

fail["CMIAN-G04"] contains "a chatbot without contact" if {
	"chatbot" in capabilities
	input.people.interaction == "none"
}

fail["CMIAN-G04"] contains "plates are read without video" if {
	not input.video.used
	"plate_recognition" in capabilities
}

fail["CMIAN-G04"] contains "detection for security without video" if {
	not input.video.used
	input.purpose.domain == "security"
	any_of(capabilities, {"object_detection", "behaviour_analysis"})
}

fail["CMIAN-G04"] contains "biometrics without personal data" if {
	not personal_data
	any_of(capabilities, recognising)
}

fail["CMIAN-G04"] contains "mere rules that generate or perceive" if {
	input.technology.type == "rule_based"
	ai
}

fail["CMIAN-G04"] contains "anonymous statistics that follow people" if {
	input.video.analysis == "anonymous_statistics"
	any_of(capabilities, {"plate_recognition", "behaviour_analysis"})
}

fail["CMIAN-G04"] contains "a recommendation that nobody reviews" if {
	input.decision.role == "recommends"
	input.decision.human_review.level == "none"
}
