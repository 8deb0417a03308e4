// Package breakglass keeps what root on the host has opened for a time: which operations, until when, and why.
//
// Nothing is open unless somebody opened it, and everything that is open ends by itself: by the clock that only runs on,
// so that setting the time back prolongs nothing, and by the time of day, so that a host that slept wakes up closed. It
// ends with the process, unless it was asked to outlive it; then it is kept in a file that only root can have written,
// and a file that is not exactly right opens nothing. It never outlives the host's own run.
//
// What an open operation means is for the policies to say.
package breakglass
