// An app that lists the models, with two bugs: it asks again whatever the failure is, and at once.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func send() (*http.Response, error) {
	request, err := http.NewRequest("GET", "https://api.cerebras.ai/v1/models", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CEREBRAS_API_KEY"))
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
