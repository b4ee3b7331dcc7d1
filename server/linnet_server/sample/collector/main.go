package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Reading is one measurement of one gauge.
type Reading struct {
	Code    string    `json:"code"`
	TakenAt time.Time `json:"taken_at"`
	Level   float64   `json:"level"`
}

func ask(client *http.Client, url string) (Reading, error) {
	var reading Reading
	response, err := client.Get(url)
	if err != nil {
		return reading, fmt.Errorf("asking %s: %w", url, err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&reading); err != nil {
		return reading, fmt.Errorf("decoding %s: %w", url, err)
	}
	return reading, nil
}

func main() {
	client := &http.Client{Timeout: 10 * time.Second}
	for _, url := range os.Args[1:] {
		reading, err := ask(client, url)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		if err := json.NewEncoder(os.Stdout).Encode(reading); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
