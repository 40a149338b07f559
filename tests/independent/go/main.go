// Treecheck opens a published log (C2SP tlog-tiles) with golang.org/x/mod/sumdb/note and tlog, which know nothing of
// certledger, and says whether it is what its checkpoint says.
//
//	treecheck -vkey KEY [-proofs FILE] DIR
//
// It exits 0 when all is good, 1 with the reason when something is not, 2 on misuse.
// It keeps to what Go 1.19 and x/mod 0.7.0 (Debian 12) have.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// source says which x/mod this was built with; .ci/checkers sets it.
var source = "an unnamed golang.org/x/mod"

const (
	height = 8
	width  = 1 << height
)

func main() {
	vkey := flag.String("vkey", "", "verifier key of the log (C2SP signed-note)")
	proofs := flag.String("proofs", "", "JSON file of inclusion and consistency proofs to check against the tree")
	flag.Parse()
	if *vkey == "" || flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: treecheck -vkey KEY [-proofs FILE] DIR")
		os.Exit(2)
	}
	if err := check(flag.Arg(0), *vkey, *proofs); err != nil {
		fmt.Println("bad:", err)
		os.Exit(1)
	}
}

func check(dir, vkey, proofs string) error {
	tree, err := openCheckpoint(filepath.Join(dir, "checkpoint"), vkey)
	if err != nil {
		return err
	}
	published := &tiles{dir: dir, good: map[string][]byte{}}
	hashes := tlog.TileHashReader(tree, published)
	leaves, err := checkEntries(published, tree, hashes)
	if err != nil {
		return err
	}
	if err := checkUpperLevels(tree, hashes); err != nil {
		return err
	}
	extra, err := checkOtherFiles(dir, published.good)
	if err != nil {
		return err
	}
	if proofs != "" {
		if err := checkProofs(proofs, tree, leaves, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("good: %d entries, root %v, %d files, %d earlier partial tiles, checked with %s\n",
		tree.N, tree.Hash, len(published.good), extra, source)
	return nil
}

// openCheckpoint verifies the note and reads the tree head in it. The log's name in the key must be the origin.
func openCheckpoint(path, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("verifier key: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint: origin %q is not the key's name %q", origin, verifier.Name())
	}
	// ParseTree reads the checksum database's tree heads, whose first line is fixed; C2SP has the origin there.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	return tree, nil
}

// checkEntries reads every bundle of entries and compares each entry's hash with the authenticated tile of hashes.
func checkEntries(published *tiles, tree tlog.Tree, hashes tlog.HashReader) ([]tlog.Hash, error) {
	leaves := make([]tlog.Hash, 0, tree.N)
	for first := int64(0); first < tree.N; first += width {
		count := tree.N - first
		if count > width {
			count = width
		}
		path := bundlePath(first/width, int(count))
		bundle, err := published.read(path)
		if err != nil {
			return nil, err
		}
		entries, err := splitBundle(bundle)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if int64(len(entries)) != count {
			return nil, fmt.Errorf("%s: %d entries, not %d", path, len(entries), count)
		}
		indexes := make([]int64, count)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		want, err := hashes.ReadHashes(indexes)
		if err != nil {
			return nil, fmt.Errorf("hashes of %s: %w", path, err)
		}
		for i, entry := range entries {
			if got := tlog.RecordHash(entry); got != want[i] {
				return nil, fmt.Errorf("entry %d: hash is %v, the tree has %v", first+int64(i), got, want[i])
			}
			leaves = append(leaves, want[i])
		}
		published.good[path] = bundle
	}
	return leaves, nil
}

// checkUpperLevels reads every hash of the tiles above level 0, so that each tile is authenticated.
func checkUpperLevels(tree tlog.Tree, hashes tlog.HashReader) error {
	for level := height; tree.N>>uint(level) > 0; level += height {
		for n := int64(0); n < tree.N>>uint(level); n++ {
			if _, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(level, n)}); err != nil {
				return fmt.Errorf("hash %d of tile level %d: %w", n, level/height, err)
			}
		}
	}
	return nil
}

// checkOtherFiles looks at the tiles and bundles in the folder that this tree does not need: a partial one of an earlier
// checkpoint must be the beginning of the one that is there now. Anything else has no place there.
func checkOtherFiles(dir string, good map[string][]byte) (int, error) {
	whole := map[string][]byte{}
	for path, data := range good {
		whole[strings.SplitN(path, ".p/", 2)[0]] = data
	}
	count := 0
	err := filepath.WalkDir(filepath.Join(dir, "tile"), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		path := filepath.ToSlash(relative)
		if good[path] != nil {
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !isBeginning(path, data, whole[strings.SplitN(path, ".p/", 2)[0]]) {
			return fmt.Errorf("%s: not the beginning of a tile of this tree", path)
		}
		count++
		return nil
	})
	return count, err
}

// isBeginning says whether data is a tile or bundle of as many items as its path says, and those of the authentic one.
func isBeginning(path string, data, authentic []byte) bool {
	name := strings.TrimPrefix(strings.Replace(path, "tile/entries/", "tile/data/", 1), "tile/")
	tile, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", height, name))
	if err != nil || !bytes.HasPrefix(authentic, data) {
		return false
	}
	if tile.L >= 0 {
		return len(data) == tile.W*tlog.HashSize
	}
	entries, err := splitBundle(data)
	return err == nil && len(entries) == tile.W
}

type proofFile struct {
	Inclusion []struct {
		Index int64
		Path  []string
	}
	Consistency []struct {
		Size int64
		Root string
		Path []string
	}
}

// checkProofs verifies proofs made elsewhere, and that they are the very ones that tlog makes from the tiles.
func checkProofs(file string, tree tlog.Tree, leaves []tlog.Hash, hashes tlog.HashReader) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var given proofFile
	if err := json.Unmarshal(data, &given); err != nil {
		return err
	}
	for _, proof := range given.Inclusion {
		if proof.Index < 0 || proof.Index >= tree.N {
			return fmt.Errorf("inclusion of entry %d: outside the tree", proof.Index)
		}
		path, err := parseHashes(proof.Path)
		if err == nil {
			err = tlog.CheckRecord(path, tree.N, tree.Hash, proof.Index, leaves[proof.Index])
		}
		if err != nil {
			return fmt.Errorf("inclusion of entry %d: %w", proof.Index, err)
		}
		own, err := tlog.ProveRecord(tree.N, proof.Index, hashes)
		if err != nil || !equal(own, path) {
			return fmt.Errorf("inclusion of entry %d: tlog proves it otherwise (%v)", proof.Index, err)
		}
	}
	for _, proof := range given.Consistency {
		path, err := parseHashes(proof.Path)
		if err != nil {
			return fmt.Errorf("consistency with %d: %w", proof.Size, err)
		}
		root, err := parseHashes([]string{proof.Root})
		if err == nil {
			err = tlog.CheckTree(path, tree.N, tree.Hash, proof.Size, root[0])
		}
		if err != nil {
			return fmt.Errorf("consistency with %d: %w", proof.Size, err)
		}
		own, err := tlog.ProveTree(tree.N, proof.Size, hashes)
		if err != nil || !equal(own, path) {
			return fmt.Errorf("consistency with %d: tlog proves it otherwise (%v)", proof.Size, err)
		}
	}
	return nil
}

func parseHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		data, err := hex.DecodeString(text)
		if err != nil || len(data) != tlog.HashSize {
			return nil, fmt.Errorf("%q is not a hash", text)
		}
		copy(hashes[i][:], data)
	}
	return hashes, nil
}

func equal(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// splitBundle gives the entries of a bundle: each has its length before it, 2 bytes big-endian.
func splitBundle(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("entry %d is cut short", len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, nil
}

func bundlePath(n int64, count int) string {
	tile := tlog.Tile{H: height, L: -1, N: n, W: count}
	return "tile/entries/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/data/", height))
}

// tiles reads published files from a folder and keeps those that proved authentic. The paths of C2SP leave out the height that tlog's own paths begin with.
type tiles struct {
	dir  string
	good map[string][]byte
}

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := publishedPath(tile)
		if known := t.good[path]; known != nil {
			data[i] = known
			continue
		}
		read, err := t.read(path)
		if err != nil {
			return nil, err
		}
		if len(read) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is %d bytes long, not %d", path, len(read), tile.W*tlog.HashSize)
		}
		data[i] = read
	}
	return data, nil
}

func (t *tiles) read(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(t.dir, filepath.FromSlash(path)))
}

// SaveTiles is told which tiles proved authentic.
func (t *tiles) SaveTiles(proved []tlog.Tile, data [][]byte) {
	for i, tile := range proved {
		t.good[publishedPath(tile)] = data[i]
	}
}

func publishedPath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}
