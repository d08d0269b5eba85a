// An app that asks one question, with two bugs: it asks again whatever the failure is, and at once.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

const url = "https://api.cerebras.ai/v1/chat/completions"

func send() (*http.Response, error) {
	body := `{"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}`
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CEREBRAS_API_KEY"))
	request.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(request)
}

func main() {
	for attempt := 1; attempt <= 4; attempt++ {
		response, err := send()
		if err != nil {
			continue
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			fmt.Println(string(body))
			return
		}
	}
	fmt.Fprintln(os.Stderr, "the API gives no answer")
	os.Exit(1)
}
