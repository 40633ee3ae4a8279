# Dates are compared as text: ISO 8601 sorts by time. The date of the evaluation is data, so that the same manifest and the same
# date give the same verdicts on every day.
package ai_manifest

today := data.evaluated_on

day(text) := text if count(text) == 10

# A month counts as its first day.
day(text) := concat("-", [text, "01"]) if count(text) == 7

past(text) if day(text) < today

future(text) if day(text) > today

# The same day n months later, or the last one of a shorter month (time.add_date would run over into the next).
plus_months(date, n) := sprintf("%04d-%02d-%02d", [year, month, min([last, to_number(substring(date, 8, 2))])]) if {
	months := (((to_number(substring(date, 0, 4)) * 12) + to_number(substring(date, 5, 2))) - 1) + n
	year := floor(months / 12)
	month := (months % 12) + 1
	first := time.parse_ns("2006-01-02", sprintf("%04d-%02d-01", [year, month]))
	[_, _, last] := time.date(time.add_date(first, 0, 1, -1))
}
