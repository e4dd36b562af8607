"""Loops over pairs, compiled by numba; imported only where they are used (see `letters`).

Source: Jaro-Winkler as in Winkler, "String comparator metrics and enhanced decision rules in the Fellegi-Sunter model
of record linkage", 1990: prefix weight .1 over at most four letters, above a Jaro of .7; optimal string alignment as
the Damerau-Levenshtein distance with no substring edited twice.
"""

from __future__ import annotations

import numpy as np
from numba import njit

JARO_WINKLER, EDITS, PREFIX, HEAD, HEAD_JARO_WINKLER, ELSE = range(6)
"""How a level of text is reached: similarity at least, edits at most, first letters equal, the parts before a separator
equal or similar, or in no other way."""


@njit(cache=True, nogil=True)
def count_bits(mask):
    """Number of bits set, by adding neighbours in ever wider fields."""
    mask -= (mask >> np.uint64(1)) & np.uint64(0x5555555555555555)
    mask = (mask & np.uint64(0x3333333333333333)) + ((mask >> np.uint64(2)) & np.uint64(0x3333333333333333))
    mask = (mask + (mask >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((mask * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def common_prefix(a, b, most):
    """Letters, at most `most`, that two texts begin with alike."""
    count = 0
    for i in range(min(len(a), len(b), most)):
        if a[i] != b[i]:
            break
        count += 1
    return count


@njit(cache=True, nogil=True)
def match_letters(a, b):
    """Letters that two texts of at most 64 letters have in common near each other, and how many are out of order."""
    one = np.uint64(1)
    window = max(len(a), len(b)) // 2 - 1
    taken_a = taken_b = np.uint64(0)
    matches = 0
    for i in range(len(a)):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            bit = one << np.uint64(j)
            if a[i] == b[j] and not taken_b & bit:
                taken_a |= one << np.uint64(i)
                taken_b |= bit
                matches += 1
                break
    turned = 0
    j = 0
    for i in range(len(a)):
        if taken_a & (one << np.uint64(i)):
            while not taken_b & (one << np.uint64(j)):
                j += 1
            if a[i] != b[j]:
                turned += 1
            j += 1
    return matches, turned


@njit(cache=True, nogil=True)
def match_long_letters(a, b):
    """As `match_letters`, for texts of any length."""
    window = max(len(a), len(b)) // 2 - 1
    taken_a = np.zeros(len(a), np.uint8)
    taken_b = np.zeros(len(b), np.uint8)
    matches = 0
    for i in range(len(a)):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            if a[i] == b[j] and not taken_b[j]:
                taken_a[i] = taken_b[j] = 1
                matches += 1
                break
    turned = 0
    j = 0
    for i in range(len(a)):
        if taken_a[i]:
            while not taken_b[j]:
                j += 1
            if a[i] != b[j]:
                turned += 1
            j += 1
    return matches, turned


@njit(cache=True, nogil=True)
def jaro_winkler(a, b):
    """Jaro-Winkler similarity of two texts, in [0, 1]."""
    if len(a) == 0 or len(b) == 0:
        return 1.0 if len(a) == len(b) else 0.0
    if len(a) == 1 and len(b) == 1:
        return 1.0 if a[0] == b[0] else 0.0
    if len(a) <= 64 and len(b) <= 64:
        matches, turned = match_letters(a, b)
    else:
        matches, turned = match_long_letters(a, b)
    if matches == 0:
        return 0.0
    jaro = (matches / len(a) + matches / len(b) + (matches - turned // 2) / matches) / 3.0
    if jaro <= 0.7:
        return jaro
    return jaro + common_prefix(a, b, 4) * 0.1 * (1.0 - jaro)


@njit(cache=True, nogil=True)
def letter_mask(text):
    """Which letters a text holds, a bit a letter (code point modulo 64)."""
    mask = np.uint64(0)
    for letter in text:
        mask |= np.uint64(1) << np.uint64(letter & 63)
    return mask


@njit(cache=True, nogil=True)
def most_similar(a, b, mask_a, mask_b):
    """What the Jaro-Winkler similarity cannot exceed: letters that the other text lacks do not match."""
    matches = min(len(a) - count_bits(mask_a & ~mask_b), len(b) - count_bits(mask_b & ~mask_a))
    if matches <= 0:
        return 0.0
    jaro = (matches / len(a) + matches / len(b) + 1.0) / 3.0
    return jaro + common_prefix(a, b, 4) * 0.1 * (1.0 - jaro)


@njit(cache=True, nogil=True)
def within_one_edit(a, b):
    """Whether two different texts are one insertion, deletion, replacement or swap of neighbours apart."""
    shorter = min(len(a), len(b))
    if max(len(a), len(b)) - shorter > 1:
        return False
    start = common_prefix(a, b, shorter)
    end = 0
    while end < shorter - start and a[len(a) - 1 - end] == b[len(b) - 1 - end]:
        end += 1
    left = shorter - start - end
    if left == 0 or len(a) != len(b):
        return left == 0
    return left == 1 or (left == 2 and a[start] == b[start + 1] and a[start + 1] == b[start])


@njit(cache=True, nogil=True)
def alignment_distance(a, b, most):
    """Edits (insert, delete, replace, swap of neighbours) between two texts; `most` + 1 where there are more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before = np.zeros(len(b) + 1, np.int32)
    last = np.arange(len(b) + 1).astype(np.int32)
    row = np.zeros(len(b) + 1, np.int32)
    for i in range(1, len(a) + 1):
        row[0] = i
        least = i
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            value = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                value = min(value, before[j - 2] + 1)
            row[j] = value
            least = min(least, value)
        if least > most:
            return most + 1
        before, last, row = last, row, before
    return min(last[len(b)], most + 1)


@njit(cache=True, nogil=True)
def head(text, separator):
    """The text before the first separator; all of it where there is none."""
    for i in range(len(text)):
        if text[i] == separator:
            return text[:i]
    return text


@njit(cache=True, nogil=True)
def reaches(points, offsets, masks, x, y, how, threshold, separator):
    """Whether two texts, by their codes, are near enough for a level."""
    if how == ELSE:
        return True
    a = points[offsets[x] : offsets[x + 1]]
    b = points[offsets[y] : offsets[y + 1]]
    if how == HEAD:
        a, b = head(a, separator), head(b, separator)
        return len(a) == len(b) and common_prefix(a, b, len(a)) == len(a)
    if how == HEAD_JARO_WINKLER:
        a, b = head(a, separator), head(b, separator)
        return most_similar(a, b, letter_mask(a), letter_mask(b)) >= threshold and jaro_winkler(a, b) >= threshold
    if how == PREFIX:
        wanted = int(threshold)
        return len(a) >= wanted and len(b) >= wanted and common_prefix(a, b, wanted) == wanted
    if how == EDITS:
        # An edit adds or takes at most one kind of letter on each side.
        apart = max(count_bits(masks[x] & ~masks[y]), count_bits(masks[y] & ~masks[x]))
        if apart > threshold:
            return False
        return within_one_edit(a, b) if threshold < 2 else alignment_distance(a, b, int(threshold)) <= threshold
    if most_similar(a, b, masks[x], masks[y]) < threshold:
        return False
    return jaro_winkler(a, b) >= threshold


@njit(cache=True, nogil=True)
def text_levels(codes_left, codes_right, points, offsets, masks, how, threshold, separator, out):
    """Level of each pair of texts: 0 missing, 1 equal, then the first of the others that is reached."""
    for i in range(len(codes_left)):
        x, y = codes_left[i], codes_right[i]
        if x < 0 or y < 0:
            out[i] = 0
        elif x == y:
            out[i] = 1
        else:
            low, high = min(x, y), max(x, y)
            for k in range(len(how)):
                if reaches(points, offsets, masks, low, high, how[k], threshold[k], separator):
                    out[i] = 2 + k
                    break


@njit(cache=True, nogil=True)
def is_listed(pairs, code):
    """Whether a sorted array holds a code."""
    at = np.searchsorted(pairs, code)
    return at < len(pairs) and pairs[at] == code


@njit(cache=True, nogil=True)
def token_value(x, y, worth, points, offsets, masks, nicknames, similar):
    """Agreed information of two tokens, in 1/1024 bit: equal, nickname, nearly equal, initial, else nothing."""
    if x == y:
        return worth[x]
    least = min(worth[x], worth[y])
    low, high = min(x, y), max(x, y)
    if is_listed(nicknames, np.int64(low) * len(worth) + high):
        return least * 3 // 4
    a = points[offsets[low] : offsets[low + 1]]
    b = points[offsets[high] : offsets[high + 1]]
    if len(a) == 1 or len(b) == 1:
        return min(least, 3 * 1024) if a[0] == b[0] else 0
    if most_similar(a, b, masks[low], masks[high]) >= similar and jaro_winkler(a, b) >= similar:
        return least * 3 // 5
    return 0


@njit(cache=True, nogil=True)
def token_agreements(left, right, tokens, worth, points, offsets, masks, nicknames, similar, agreed, lone):
    """Agreed information of each pair of token sets, and whether each side holds tokens the other lacks (1, 2, 3)."""
    width = tokens.shape[1]
    best = np.zeros(width, np.int32)
    for i in range(len(left)):
        a, b = tokens[left[i]], tokens[right[i]]
        best[:] = 0
        forth = 0
        left_alone = right_alone = False
        for j in range(width):
            if a[j] < 0:
                break
            most = 0
            for k in range(width):
                if b[k] < 0:
                    break
                value = token_value(a[j], b[k], worth, points, offsets, masks, nicknames, similar)
                most = max(most, value)
                best[k] = max(best[k], value)
            forth += most
            left_alone = left_alone or most == 0
        back = 0
        for k in range(width):
            if b[k] < 0:
                break
            back += best[k]
            right_alone = right_alone or best[k] == 0
        agreed[i] = min(forth, back)
        lone[i] = (1 if left_alone else 0) + (2 if right_alone else 0)
