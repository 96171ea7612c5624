"""限度額適用・標準負担額減額認定証: for households that are exempt from tax (施行規則27条の14の4).

As 限度額適用認定証; it also lowers what meals in hospital cost.
"""

from dataclasses import dataclass

from printing.certificates.ceiling_certificate import CeilingCertificate


@dataclass(frozen=True, kw_only=True)
class CeilingReductionCertificate(CeilingCertificate):
    """A letter with one certificate a sheet, its back on the back."""
