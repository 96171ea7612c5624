"""Questions to the information network about one person of one case (M03, J5; docs/transfers.md).

A question leaves through the gate of data use like everything else, and by no other way; its answer comes in
as a file of the source `network_answer`. May import what services may.
"""
