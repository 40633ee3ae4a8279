# V: video and biometrics.
package ai_manifest

applies["CMIAN-V01"] if input.purpose.domain == "security"

applies["CMIAN-V01"] if video_analysed_but({"none"})

fail["CMIAN-V01"] contains reason if some reason in referral_faults

applies["LAW-V02"] if {
	input.video.used
	on_public_road
}

on_public_road if not input.video.context

on_public_road if input.video.context == "public_road"

basis := input.video.express_legal_basis

detects_events if not input.video.analysis

detects_events if input.video.analysis == "event_detection"

fail["LAW-V02"] contains reason if {
	detects_events
	some reason in basis_faults
}

basis_faults contains "no express legal basis" if not basis

basis_faults contains sprintf("the legal basis has no %s", [key]) if {
	basis
	some key in ["order", "event", "end_date"]
	not basis[key]
}

basis_faults contains "the legal basis has ended" if past(day(basis.end_date))

basis_faults contains "the legal basis ends after the law's term" if day(basis.end_date) > "2027-12-31"

review["LAW-V02"] contains "a person checks the legal basis" if {
	detects_events
	count(basis_faults) == 0
}

review["LAW-V02"] contains "plates are read" if input.video.analysis == "plate_recognition"

applies["LAW-V03"] if not on_private_site

on_private_site if {
	input.video.used
	input.video.context == "private_site"
}

fail["LAW-V03"] contains "people are recognised" if any_of(capabilities, recognising)

fail["LAW-V03"] contains "people are identified" if input.video.analysis == "identification"

applies["LAW-V04"] if {
	input.video.used
	open_to_public
	watches
}

open_to_public if not input.video.context

open_to_public if input.video.context in {"public_road", "public_building"}

watches if video_analysed_but({"none", "anonymous_statistics"})

watches if input.purpose.domain == "security"

fail["LAW-V04"] contains "no order of the prefect" if not input.video.authorisation.prefect_order

fail["LAW-V04"] contains "the authorisation has expired" if past(day(input.video.authorisation.expires))

applies["LAW-V05"] if input.video.analysis == "anonymous_statistics"

fail["LAW-V05"] contains "statistics with personal data" if personal_data

fail["LAW-V05"] contains "no notice on site" if not "on_site" in places
