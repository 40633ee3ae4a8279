# P, F and I: participation, training, inclusion.
package ai_manifest

applies["CMIAN-P01"] if input.people.impact in {"high", "unknown"}

applies["CMIAN-P01"] if {
	sensitive
	input.people.interaction != "none"
}

fail["CMIAN-P01"] contains "no dated participation" if not participation_dated

participation_dated if {
	some each in input.participation
	each.date
}

applies["CMIAN-P02"] if {
	live
	input.people.interaction != "none"
}

fail["CMIAN-P02"] contains "nowhere to complain" if {
	not input.transparency.human_contact
	not complaints_heard
}

complaints_heard if {
	some each in input.participation
	each.type == "complaints_channel"
}

applies["CMIAN-F01"] if live

fail["CMIAN-F01"] contains "no training of agents" if not input.training.agents

fail["CMIAN-F01"] contains "agents are not trained" if input.training.agents.status == "none"

fail["CMIAN-F01"] contains "training is planned without a date" if {
	input.training.agents.status == "planned"
	not input.training.agents.date
}

fail["CMIAN-F01"] contains "training was planned for a day that is past" if {
	input.training.agents.status == "planned"
	past(day(input.training.agents.date))
}

applies["CMIAN-F02"] if input.people.interaction == "direct"

fail["CMIAN-F02"] contains "no material for the public" if not input.training.public_material

applies["CMIAN-I01"] if {
	input.project.status == "operational"
	input.people.interaction == "direct"
}

fail["CMIAN-I01"] contains "no assistance" if not assisted

assisted if given(input.inclusion.assistance)

applies["CMIAN-I02"] if input.people.interaction == "direct"

fail["CMIAN-I02"] contains "no way without a screen" if not input.inclusion.non_digital_alternative

applies["LAW-I03"] if {
	input.people.interaction == "direct"
	on_screen
}

on_screen if "chatbot" in capabilities

on_screen if any_of(places, {"first_screen", "before_chat", "web_page"})

on_screen if input.project.links.public_page

fail["LAW-I03"] contains "no accessibility statement" if not input.transparency.accessibility.statement_url
