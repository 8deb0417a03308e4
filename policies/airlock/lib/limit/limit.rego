# METADATA
# title: Limits
# description: |
#   Rego orders values of different types (null < boolean < number < string), so a bare comparison lets null pass below
#   any maximum and any number pass below a string. Limits are compared as numbers or not at all.
package airlock.lib.limit

import future.keywords.not

# METADATA
# description: |
#   value is a number from low to high; low is one the rule states, and between two numbers only numbers are ordered
within(value, low, high) if {
	is_number(high)
	low <= value
	value <= high
}
