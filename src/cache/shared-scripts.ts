/**
 * Gives what is kept, or the right to make it, in one step: `{1, milliseconds left, text}`, `{2, versions of the tags}`, or `{0}` where somebody else is making
 * it. A tag that nobody knows gets a version nobody had: what was kept under an earlier one that Redis has lost is not valid again.
 *
 * KEYS: the entry, its lock, its tags. ARGV: a token, the lock's and a tag's time in milliseconds, and how much time must be left.
 */
export const CLAIM = `
local versions = {}
for i = 3, #KEYS do
  local version = redis.call('GET', KEYS[i])
  if not version then
    version = ARGV[1]
    redis.call('SET', KEYS[i], version, 'PX', ARGV[3])
  end
  versions[#versions + 1] = version
end
local written = table.concat(versions, ' ')
local kept = redis.call('GET', KEYS[1])
if kept then
  local at = string.find(kept, '\\n', 1, true)
  if at and string.sub(kept, 1, at - 1) == written then
    local left = redis.call('PTTL', KEYS[1])
    if left > tonumber(ARGV[4]) then return {1, left, string.sub(kept, at + 1)} end
  end
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {2, written} end
return {0}`

/** Keeps a text, where there is one, and gives the right back. KEYS: the entry, its lock. ARGV: the token, the text, its time in milliseconds. */
export const SETTLE = `
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`

/** Holds the right for longer. KEYS: the lock. ARGV: the token, the time in milliseconds. */
export const HOLD = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`
