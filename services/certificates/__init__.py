"""Certificates: which kind, what stands on it, issue, what becomes of it (C1, C2).

May import models, rules, printing's dataclasses and other services.
Law: 国民健康保険法9条, 施行規則6条 to 7条の4.
"""
