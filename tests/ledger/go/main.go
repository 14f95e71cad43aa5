// Does Go's own transparency log accept what we sign and prove? It reads the names of four files and a proof's numbers as
// JSON from standard input, and ends with 0 only when note, inclusion and consistency all hold.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Key, Old, New string // the log's Ed25519 verifier key, and two signed checkpoints
	Leaf          []byte
	Index         int64
	Inclusion     [][]byte
	Consistency   [][]byte
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func head(text string, known note.Verifiers) (int64, tlog.Hash) {
	opened, err := note.Open([]byte(text), known)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return size, root
}

func hashes(items [][]byte) []tlog.Hash {
	var found []tlog.Hash
	for _, item := range items {
		var hash tlog.Hash
		copy(hash[:], item)
		found = append(found, hash)
	}
	return found
}

func main() {
	var asked question
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	verifier, err := note.NewVerifier(asked.Key)
	check(err)
	known := note.VerifierList(verifier)
	oldSize, oldRoot := head(asked.Old, known)
	size, root := head(asked.New, known)
	check(tlog.CheckRecord(hashes(asked.Inclusion), size, root, asked.Index, tlog.RecordHash(asked.Leaf)))
	check(tlog.CheckTree(hashes(asked.Consistency), size, root, oldSize, oldRoot))
	fmt.Printf("%d extends %d\n", size, oldSize)
}
