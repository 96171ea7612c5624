"""Benefits (給付): what a household pays at most, and which certificate says so.

Law: 国民健康保険法57条の2, 施行令29条の2 to 29条の4, 施行規則27条の14の2 ff.
"""
