"""English for what the rules say (N2).

The rules speak Japanese, with dates and articles; a screen in English shows these, shorter. A code without
a line here falls back to the Japanese words.
"""

from __future__ import annotations

ENGLISH = {
    "acquisition.age_unsure": "The date of birth is known in part only: is the person 75? "
    "Check the resident record and note the decision.",
    "acquisition.already_insured": "This person is insured here already; the periods would overlap. "
    "Look at the history, and end or cancel the other period first.",
    "acquisition.before_loss_of_scheme": "The other scheme has not ended yet. "
    "Nobody can join before the day of its loss.",
    "acquisition.birth_disagrees": "The day of the event and the date of birth disagree. Check both.",
    "acquisition.insured_elsewhere": "The person is insured elsewhere on that day. "
    "Take the day of loss of that scheme from its certificate.",
    "acquisition.kept_day_after_move": "The acquisition in the former municipality lies after the move. "
    "Ask the former municipality.",
    "acquisition.kept_day_unknown": "The day of acquisition in the former municipality of the prefecture is "
    "missing; the day of the move is taken for now. Ask for it.",
    "acquisition.late_elderly": "The person is 75 or older and belongs to the late-elderly scheme.",
    "acquisition.over_two_years": "The acquisition goes back more than two years: premiums cannot. "
    "Ask the assessment desk and note the decision.",
    "acquisition.short_stay": "The period of stay is too short to join. "
    "If a paper shows a longer stay, enter it.",
    "acquisition.withdrawal_day": "The day of acquisition after withdrawing from the late-elderly scheme was "
    "computed by the city's setting. Compare it with the union's notice.",
    "ceiling.card_registered": "A registered My Number card shows the limit by itself.",
    "ceiling.in_arrears": "Premiums are in arrears; a household in arrears gets no certificate. "
    "Point to payment, or to the notice of special circumstances.",
    "ceiling.income_not_declared": "Somebody in the household has not declared: no class can be told. "
    "Ask for the declaration; apply again afterwards.",
    "ceiling.not_insured": "This person is not insured on the day of application.",
    "ceiling.not_needed": "This class needs no certificate: the card of the share is enough.",
    "ceiling.other_kind": "By the class it becomes the other kind of certificate than was asked for.",
    "ceiling.share_not_told": "The taxable income reaches that of active income, and the share of somebody "
    "of 70 to 74 is not on record. The city itself settles it: do not refuse the application, hold it. "
    "Enter the share on the page of the person, have it checked, then send the application back.",
    "ceiling.share_differs": "The share on record is 30 %, but the taxable income is too low for it. "
    "Hold the application and settle the share: enter it on the page of the person, have it checked, "
    "then send the application back.",
    "ceiling.tax_not_told": "Residents' tax or taxable income of somebody was not told. Ask the tax section.",
    "ceiling.unemployed": "The salary of an involuntarily unemployed person counts by 30/100; "
    "whether he is exempt from tax is left as it was told.",
    "certificate.birth_unknown": "The date of birth is known in part only; ages were counted by the setting.",
    "certificate.kind_not_in_force": "The law of the day of issue does not know this kind of certificate.",
    "certificate.leap_day_birthday": "Born on 29 February: confirm the last day with the union.",
    "certificate.no_day_left": "A certificate would have no valid day. Check residence, age and period.",
    "certificate.not_insured": "The person is not insured on that day; no certificate can be issued.",
    "change.before_household": "The change lies before the household began. Check the day.",
    "change.everybody_moves": "Everybody would move, so it is no split. Record a move or a new head instead.",
    "change.head_is_same": "The new head is the present one. Choose another.",
    "change.head_moves": "The head moves to the new household: counts of high-cost care go with him.",
    "change.head_not_member": "The person chosen as head does not belong to the household.",
    "change.nhi_head_conditions": "Not all conditions for a head for NHI only are met.",
    "change.no_new_head": "No new head was chosen. A household needs one, who owes the premium.",
    "change.nobody_joins": "Nobody of another household was chosen to join.",
    "change.nobody_moves": "Nobody of this household was chosen to move.",
    "change.nothing_changes": "What was entered is what is on record. There is nothing to change.",
    "loss.after_birthday": "The day lies after the 75th birthday. Compare it with the union's notice.",
    "loss.already_lost": "This eligibility has ended before. To correct it, use a cancellation.",
    "loss.before_acquisition": "The day lies before the person was insured here. Check the day.",
    "loss.birth_unknown": "The date of birth is known in part only: confirm the day with the union.",
    "loss.certificates_to_collect": "Certificates are out: collect them, or note why they did not come back.",
    "loss.household_without_head": "The head leaves and insured members remain: a new head is needed.",
    "loss.leap_day_birthday": "Born on 29 February: confirm the day with the union.",
    "loss.new_address_before_move": "The new address begins before the move. Check both days.",
    "loss.not_insured": "This person is not insured here. Did you choose another one?",
    "loss.planned": "This is a planned day. If the plan changes, the notification must be corrected.",
    "loss.too_young_for_late_elderly": "The person is too young for the late-elderly scheme on that day.",
    "notification.event_in_future": "The event lies after the notification. Check the day.",
    "notification.late": "The notification is late (over 14 days). Note the reason.",
    "notification.received_in_future": "The day of reception has not come yet. Enter the stamped day.",
}


def english(code: str, japanese: str) -> str:
    """The English words of a rule's finding."""
    return ENGLISH.get(code, japanese)
