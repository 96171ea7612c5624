"""Ceiling-amount certificates on application: class, decision, issue, refusal, issue again (C1, F23).

Law: 国民健康保険法施行令29条の3, 施行規則27条の14の2, 27条の14の4.
"""
