# A and R: what the committee was asked, what it answered, what was done with it, and the yearly report. There is no register
# here: what a manifest cites is for a person to verify.
package ai_manifest

opinion := input.cmian.opinion

referral := input.cmian.referral

applies["CMIAN-A01"] if impacts_users

fail["CMIAN-A01"] contains reason if some reason in referral_faults

# Also what CMIAN-V01 asks.
referral_faults contains "the committee was not asked" if not referral

referral_faults contains "the referral is not submitted" if referral.status == "not_submitted"

referral_faults contains "the referral has no date" if {
	referral.status != "not_submitted"
	not referral.date
}

referral_faults contains "the referral is in the future" if {
	referral.status != "not_submitted"
	future(day(referral.date))
}

applies["CMIAN-A02"] if {
	sensitive
	impacts_users
}

fail["CMIAN-A02"] contains reason if some reason in opinion_faults

opinion_faults contains "no opinion" if not opinion

opinion_faults contains "the opinion is in the future" if future(day(opinion.date))

applies["CMIAN-A03"] if {
	input.purpose.domain in {"social", "health", "hr", "housing_urbanism"}
	input.people.impact in {"moderate", "high", "unknown"}
}

fail["CMIAN-A03"] contains reason if some reason in opinion_faults

applies["CMIAN-A04"] if opinion.conclusion == "favourable_with_conditions"

fail["CMIAN-A04"] contains "no conditions listed" if not conditions_listed

conditions_listed if given(opinion.conditions)

fail["CMIAN-A04"] contains sprintf("%s is open", [condition.id]) if {
	some condition in opinion.conditions
	condition.status == "open"
}

fail["CMIAN-A04"] contains sprintf("%s is planned without a date", [condition.id]) if {
	some condition in opinion.conditions
	condition.status == "planned"
	not condition.due
}

fail["CMIAN-A04"] contains sprintf("%s was due", [condition.id]) if {
	some condition in opinion.conditions
	condition.status == "planned"
	past(day(condition.due))
}

fail["CMIAN-A04"] contains sprintf("%s is due in more than two years", [condition.id]) if {
	some condition in opinion.conditions
	condition.status == "planned"
	day(condition.due) > plus_months(today, 24)
}

applies["CMIAN-A05"] if opinion.conclusion in {"reserved", "unfavourable"}

fail["CMIAN-A05"] contains "no follow-up" if not opinion.follow_up

applies["CMIAN-A06"] if opinion.scope_digest

fail["CMIAN-A06"] contains "what was examined has changed" if opinion.scope_digest != scope_digest

examined := {
	"purpose": ["domain", "education_scopes"],
	"people": ["interaction", "affected_groups", "minors", "impact"],
	"decision": ["role", "individual_administrative", "main_processing"],
	"technology": ["type", "capabilities"],
	"data": ["personal", "special_categories"],
	"video": ["used", "context", "analysis"],
}

# json.marshal sorts keys and puts no blanks: enough for RFC 8785, as values are booleans and words in ASCII.
scope_digest := crypto.sha256(json.marshal(object.union(answers, review_level)))

answers := {section: given_answers |
	some section, keys in examined
	given_answers := {key: normal(value) |
		some key in keys
		value := input[section][key]
		value != []
	}
}

review_level := {"decision": {"human_review": {"level": input.decision.human_review.level}}}

default review_level := {}

normal(value) := sort({item | some item in value}) if is_array(value)

normal(value) := value if not is_array(value)

applies["CMIAN-A07"] if given(cited)

cited contains opinion.ref

cited contains input.cmian.education_evaluation.ref

cited contains referral.ref

review["CMIAN-A07"] contains sprintf("%s is declared, not verified", [ref]) if some ref in cited

applies["CMIAN-R01"] if {
	input.project.status == "operational"
	impacts_users
	not in_first_year
}

in_first_year if day(input.project.start_date) >= plus_months(today, -12)

fail["CMIAN-R01"] contains "no report" if not input.cmian.annual_report

fail["CMIAN-R01"] contains "the report is too old" if input.cmian.annual_report.year < year_of_report

fail["CMIAN-R01"] contains "the report has no indicators" if {
	input.cmian.annual_report
	not input.cmian.annual_report.indicators
}

this_year := to_number(substring(today, 0, 4))

# Until 30 June, the year before last will do.
year_of_report := this_year - 2 if substring(today, 5, 2) <= "06"

year_of_report := this_year - 1 if substring(today, 5, 2) > "06"
