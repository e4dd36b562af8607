"""Ties of everybody to everybody else's incidents, compiled by numba.

Imported only where it is used (see `graph.linked_points`).
The arithmetic of `graph.association`, product by product in the same order, so that both round the same.
"""

from __future__ import annotations

from collections import namedtuple

from numba import njit

Cases = namedtuple("Cases", "person day record confidence owner link probability weight begins")
"""Cases ordered as in `Tables`; `begins` is where each incident begins, and the end."""

Holds = namedtuple(
    "Holds", "person thing side first last record confidence owner link probability pair by_thing thing_begins"
)
"""Holds; `by_thing` are their places thing after thing, `thing_begins` where each thing begins in it, and the end."""

Crowd = namedtuple("Crowd", "person first last thing_begins pair_begins")
"""Holds that nobody lent, ordered by thing and person; where each thing and each pair of both begins, and the end."""

Index = namedtuple("Index", "holds begins own own_begins links link_begins link_probability")
"""Each person's holds, the people with an event of their own in each incident, and whom each person may be."""

Things = namedtuple("Things", "group strength full_degree")

Rules = namedtuple("Rules", "gap distance window hub_degree threshold association strength far both no_link same_group")
"""`gap` and `distance` are what is left after so many days."""

Scratch = namedtuple("Scratch", "plain possible met is_met best lent reached is_reached is_own asked")
"""Arrays of one entry a person (`plain` and `possible` one column a group), left as they were found."""


@njit(cache=True, nogil=True)
def strongest_cases(begin, stop, cases, holds, crowd, index, things, rules, scratch, people, plain, possible):
    """The strongest case of each incident for each person it reaches, incident after incident.

    Ends before the results could run over. Returns the next incident and how many results there are.

    Args:
        begin: first incident; `stop` is the one after the last.
        people: filled with the person of each result; `plain` and `possible` with its strength without and with
            possible links.
    """
    # fields of a tuple cost a count of references at each use, so each array gets a name of its own
    incident_begins, own, own_begins, weight = cases.begins, index.own, index.own_begins, cases.weight
    is_own, is_reached, reached, best, lent = (
        scratch.is_own,
        scratch.is_reached,
        scratch.reached,
        scratch.best,
        scratch.lent,
    )
    met, is_met, plain_ties, possible_ties = scratch.met, scratch.is_met, scratch.plain, scratch.possible
    association, cap, groups = rules.association, rules.strength, rules.same_group + 1
    count = 0
    for incident in range(begin, stop):
        if count + len(is_met) > len(people):
            return incident, count
        for place in range(own_begins[incident], own_begins[incident + 1]):
            is_own[own[place]] = True
        found = 0
        for row in range(incident_begins[incident], incident_begins[incident + 1]):
            size = _ties_of_case(row, cases, holds, crowd, index, things, rules, scratch)
            for place in range(size):
                person = met[place]
                is_met[person] = False
                strength = _strength(plain_ties[person], groups, association, weight[row], cap)
                with_lent = _strength(possible_ties[person], groups, association, weight[row], cap)
                if is_own[person]:
                    continue
                if not is_reached[person]:
                    is_reached[person] = True
                    reached[found] = person
                    found += 1
                best[person] = max(best[person], strength)
                lent[person] = max(lent[person], with_lent)
        for place in range(found):
            person = reached[place]
            people[count] = person
            plain[count] = best[person]
            possible[count] = lent[person]
            count += 1
            is_reached[person] = False
            best[person] = 0.0
            lent[person] = 0.0
        for place in range(own_begins[incident], own_begins[incident + 1]):
            is_own[own[place]] = False
    return stop, count


@njit(cache=True, nogil=True)
def _ties_of_case(row, cases, holds, crowd, index, things, rules, scratch):
    """The strongest tie of each group of everybody to one case, in `scratch`; returns how many people there are."""
    person, day, record, owner, link = (
        cases.person[row],
        cases.day[row],
        cases.record[row],
        cases.owner[row],
        cases.link[row],
    )
    confidence, probability = cases.confidence[row], cases.probability[row]
    holder, thing_of, side, first, last = holds.person, holds.thing, holds.side, holds.first, holds.last
    hold_record, hold_confidence, hold_owner = holds.record, holds.confidence, holds.owner
    hold_link, hold_probability, pair = holds.link, holds.probability, holds.pair
    by_thing, thing_begins = holds.by_thing, holds.thing_begins
    crowd_person, crowd_first, crowd_last = crowd.person, crowd.first, crowd.last
    crowd_begins, pair_begins = crowd.thing_begins, crowd.pair_begins
    strength_of, group_of, full_degree = things.strength, things.group, things.full_degree
    gap_left, distance_left = rules.gap, rules.distance
    limit, both, no_link, threshold, far = rules.hub_degree, rules.both, rules.no_link, rules.threshold, rules.far
    asked, met, is_met, plain, possible = (
        scratch.asked,
        scratch.met,
        scratch.is_met,
        scratch.plain,
        scratch.possible,
    )
    low, high = day - rules.window, day + rules.window
    size = 0
    for place in range(index.begins[person], index.begins[person + 1]):
        x = index.holds[place]
        link_x, owner_x, thing = hold_link[x], hold_owner[x], thing_of[x]
        if link != no_link and link_x != no_link:
            continue  # lent twice over: too thin to count
        around = _people_around(
            crowd_begins[thing], crowd_begins[thing + 1], crowd_person, crowd_first, crowd_last, low, high, limit
        )
        if around > limit:
            continue
        around += _is_absent(pair_begins[pair[x]], pair_begins[pair[x] + 1], crowd_first, crowd_last, low, high)
        end_x, group = _end(first[x], last[x], day, far), group_of[thing]
        for spot in range(thing_begins[thing], thing_begins[thing + 1]):
            p = by_thing[spot]
            person_p, owner_p = holder[p], hold_owner[p]
            if person_p == person or not asked[person_p]:
                continue
            # neither is lent what is the other's
            if owner_p == person or owner_p == owner_x or owner_p == owner or person_p == owner_x or person_p == owner:
                continue
            if side[x] == side[p] and side[x] != both:
                continue
            k = around
            if first[p] > high or last[p] < low:
                k += _is_absent(pair_begins[pair[p]], pair_begins[pair[p] + 1], crowd_first, crowd_last, low, high)
            if k > limit:
                continue
            link_p = hold_link[p]
            q = hold_confidence[p] * hold_confidence[x]
            if record != hold_record[x]:
                q = q * confidence
            q = q * hold_probability[p]
            if link_x != link_p:
                q = q * hold_probability[x]
            if link != link_p and link != link_x:
                q = q * probability
            end_p = _end(first[p], last[p], day, far)
            gap = max(0, first[p] - end_x, first[x] - end_p)
            distance = max(0, first[p] - day, day - end_p)
            hub = min(1.0, full_degree[thing] / k)
            tie = strength_of[thing] * hub * gap_left[gap] * distance_left[distance] * q
            if tie <= 0.0:
                continue
            if not is_met[person_p]:
                is_met[person_p] = True
                met[size] = person_p
                size += 1
            possible[person_p, group] = max(possible[person_p, group], tie)
            if link == no_link and link_x == no_link and link_p == no_link and q >= threshold:
                plain[person_p, group] = max(plain[person_p, group], tie)
    if link == no_link:
        for place in range(index.link_begins[person], index.link_begins[person + 1]):
            double = index.links[place]
            tie = confidence * index.link_probability[place]
            if asked[double] and tie > 0.0:
                if not is_met[double]:
                    is_met[double] = True
                    met[size] = double
                    size += 1
                possible[double, rules.same_group] = max(possible[double, rules.same_group], tie)
    return size


@njit(cache=True, nogil=True)
def _people_around(begin, end, person, first, last, low, high, limit):
    """Distinct people with a span that meets the days from `low` to `high`; counting ends above the limit."""
    count = 0
    counted = -1
    for place in range(begin, end):
        if first[place] <= high and last[place] >= low and person[place] != counted:
            counted = person[place]
            count += 1
            if count > limit:
                break
    return count


@njit(cache=True, nogil=True)
def _is_absent(begin, end, first, last, low, high):
    """1 when none of the spans meets the days from `low` to `high`, else 0."""
    for place in range(begin, end):
        if first[place] <= high and last[place] >= low:
            return 0
    return 1


@njit(cache=True, nogil=True)
def _end(first, last, day, far):
    """Last day of a span; an open one ends on the later of its start and the event."""
    if last == far and first > -far:
        return max(first, day)
    return last


@njit(cache=True, nogil=True)
def _strength(ties, groups, association, weight, cap):
    """What the strongest ties of the independent groups make of a case; the ties are forgotten."""
    apart = 1.0
    for group in range(groups):
        apart = apart * (1.0 - ties[group])
        ties[group] = 0.0
    return min(cap, min(association, 1.0 - apart) * weight)
